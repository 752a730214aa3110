import LinearAlgebra
import Networks
import Probability
import StudyFiles
import Testing

/// An estimated formation as a scenario takes it up.
@Suite struct EstimatedFormationTests {
  static let step = LocatedText("ties", at: SourceLocation(file: "study.yaml", line: 1, column: 1))

  static func carried(_ terms: [String], covariance: Matrix? = nil) -> CarriedEstimate {
    var plain = Matrix(rows: terms.count, columns: terms.count)
    for k in terms.indices { plain[k, k] = 0.04 }
    return CarriedEstimate(
      terms: terms, estimates: terms.indices.map { 4 - Double($0) },
      covariance: covariance ?? plain, unit: "log odds")
  }

  @Test func theModelIsTheEstimated() throws {
    let estimate = try EstimatedFormation(
      Self.carried(["rate 1", "rate 2", "density", "same(phase)"]), step: Self.step)
    #expect(estimate.rate == 3.5)
    #expect(estimate.columns.map(\.text) == ["phase"])
    let actors = try ActorData(FormationStepTests.data(), table: "schools", places: nil)
    let model = try estimate.model(
      among: actors, consent: .initiative(Imposition()), years: 2)
    #expect(model.rate == 1.75)
    #expect(model.effects.map(\.name) == ["density", "same(phase)"])
    #expect(model.effects.map(\.weight) == [2, 1])
    let pairs = try estimate.model(among: actors, consent: .meeting(Dictation()), years: 4)
    #expect(pairs.rate == 1.75)
  }

  @Test func drawsHaveTheCovariance() throws {
    var covariance = Matrix(rows: 2, columns: 2)
    covariance[0, 0] = 0.25
    covariance[1, 1] = 1
    covariance[0, 1] = 0.3
    covariance[1, 0] = 0.3
    let estimate = try EstimatedFormation(
      Self.carried(["density", "reciprocity"], covariance: covariance), step: Self.step)
    var random = RandomStream(Seed(7))
    let draws = (0..<4000).map { _ in estimate.draw(using: &random) }
    let means = [0, 1].map { k in draws.reduce(0) { $0 + $1[k] } / 4000 }
    #expect(abs(means[0] - 4) < 4 * 0.5 / 4000.squareRoot())
    #expect(abs(means[1] - 3) < 4 / 4000.squareRoot())
    let product = draws.reduce(0) { $0 + ($1[0] - 4) * ($1[1] - 3) } / 4000
    // Var of a product of normals: σ₁²σ₂² + σ₁₂².
    #expect(abs(product - 0.3) < 4 * (0.25 + 0.09).squareRoot() / 4000.squareRoot())
  }

  @Test func partsAndRatesAreTakenUp() throws {
    let estimate = try EstimatedFormation(
      Self.carried(["rate 1", "density", "endowment(same(phase))", "rate: outdegree"]),
      step: Self.step)
    let actors = try ActorData(FormationStepTests.data(), table: "schools", places: nil)
    let model = try estimate.model(among: actors, consent: .initiative(Imposition()), years: 1)
    #expect(model.effects.map(\.part) == [.evaluation, .endowment])
    #expect(model.rateTerms.map(\.weight) == [1])
    #expect(model.rateTerms.first?.effect is DegreeRate)
  }

  @Test(arguments: [
    (["density", "creation(nonsense)"], "nonsense"), (["grade: linear"], "no such part"),
    (["density", "nonsense"], "nonsense"),
  ])
  func otherPartsAreNamed(terms: [String], word: String) {
    let error = #expect(throws: ScenarioError.self) {
      try EstimatedFormation(Self.carried(terms), step: Self.step)
    }
    #expect(error?.description.contains(word) ?? false, "\(error?.description ?? "")")
  }
}
