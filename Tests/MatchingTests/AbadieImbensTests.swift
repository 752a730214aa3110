import Designs
import Foundation
import LinearAlgebra
import Matching
import Probability
import StudyFiles
import Tables
import TestSupport
import Testing

/// The distance of numbers that a test brings along.
private struct GivenCoordinates: MatchingDistance {
  static let name = "given"
  static let documentation = ChoiceDocumentation(summary: "", formula: "", reference: "")
  static let keys: [AnyKey] = []

  let coordinates: Matrix

  init(_ coordinates: Matrix) { self.coordinates = coordinates }

  init(from section: Section) throws(SpecErrors) { coordinates = Matrix(rows: 0, columns: 0) }

  func embed(_ units: MatchingUnits) throws(MatchingError) -> Embedding {
    Embedding(coordinates: coordinates, diagnostics: [])
  }
}

@Suite("Errors of comparators that serve several")
struct AbadieImbensTests {
  /// The estimate and its error by their formulas, over all pairs, with no product code.
  private func byHand(
    _ x: [Double], _ y: [Double], treated: Int, matches: Int
  ) -> (estimate: Double, error: Double, pairs: Int) {
    var served = [Double](repeating: 0, count: x.count)
    var squares = served
    var effects: [Double] = []
    var links: [(gap: Double, weight: Double)] = []
    for unit in 0..<treated {
      let gaps = (treated..<x.count).map { abs(x[unit] - x[$0]) }
      let last = gaps.sorted()[matches - 1]
      let chosen = gaps.indices.filter { gaps[$0] <= last + 1e-12 }
      var mean = 0.0
      for other in chosen {
        let weight = 1 / Double(chosen.count)
        served[treated + other] += weight
        squares[treated + other] += weight * weight
        mean += weight * y[treated + other]
        links.append((y[unit] - y[treated + other], weight))
      }
      effects.append(y[unit] - mean)
    }
    let n = Double(treated)
    let estimate = effects.reduce(0, +) / n
    let spread = effects.reduce(0) { $0 + ($1 - estimate) * ($1 - estimate) }
    let variance =
      links.reduce(0) { $0 + $1.weight * ($1.gap - estimate) * ($1.gap - estimate) } / (2 * n)
    let reuse = x.indices.reduce(0) { $0 + served[$1] * served[$1] - squares[$1] }
    return (estimate, ((spread + variance * reuse) / (n * n)).squareRoot(), links.count)
  }

  @Test("their formula, with ties and without", arguments: 0..<12)
  func formula(seed: Int) throws {
    var stream = RandomStream(Seed(UInt64(seed))["reused"])
    let treated = 8 + seed
    let count = treated + 12
    let x = (0..<count).map { _ in (stream.normal() * 3).rounded() / (seed % 2 == 0 ? 1 : 3) }
    let y = x.map { $0 + stream.normal() }
    let matches = 1 + seed % 3
    let expected = byHand(x, y, treated: treated, matches: matches)
    let match = try MatchDesign(
      method: NearestNeighbour(ratio: matches, replace: true, tieWidth: 0),
      distance: GivenCoordinates(Matrix(rows: 1, columns: count, elements: x))
    ).match(
      Candidates(
        treated: x.indices.map { $0 < treated }, covariates: [Covariate("x", .numbers(x))]),
      seed: Seed(1))
    #expect(match.sample.pairs.count == expected.pairs)
    let effect = try DesignEffect.estimate(
      match, outcome: Covariate("y", .numbers(y)), errors: .abadieImbens
    ).effect
    #expect(isClose(effect.estimate, expected.estimate, relative: 1e-12, absolute: 1e-12))
    #expect(isClose(effect.standardError, expected.error, relative: 1e-12))
    #expect(effect.degreesOfFreedom == Double(treated - 1))
  }

  @Test("in a curve of specifications its coefficients give the estimate")
  func curve() throws {
    var stream = RandomStream(Seed(4)["curve"])
    let x = (0..<60).map { _ in stream.normal() }
    let z = x.map { 0.3 * $0 + stream.normal() }
    var data = DataSet()
    data.set(
      Table(
        name: "schools",
        columns: [
          Column("school", numbers: x.indices.map(Double.init)),
          Column("joined", logical: x.indices.map { $0 % 4 == 0 }), Column("x", numbers: x),
          Column("z", numbers: z), Column("y", numbers: x.map { $0 + stream.normal() }),
        ]))
    let text = """
      {data: schools, treated: joined, covariates: [x], outcome: y, adjust: [x, z],
       method: nearest, replace: true, ties: all, ratio: 2, errors: abadie-imbens}
      """
    let match = try MatchStep(
      from: Section(StudyDocument(yaml: text, file: "m.yaml").root, expecting: "a match"))
    let found = try match.run(in: data, seed: Seed(1), unitKey: "school")
    let effect = try #require(found.effect)
    let step = try SensitivityStep(
      from: Section(
        StudyDocument(
          yaml: "{of: m, checks: [{specification-curve: {vary: {adjust: [[x, z], []]}}}]}",
          file: "s.yaml"
        ).root, expecting: "a step"))
    let tables = try step.run(of: found, in: data, seed: Seed(1), threads: 1).tables
    let curve = try #require(tables.first { $0.name == "specifications" })
    #expect(curve.column("estimate")?[0] == .number(effect.estimate))
    #expect(curve.column("std_error")?[0] == .number(effect.standardError))
    // The permutations recompute the estimate from its coefficients: with the outcome as it is they agree, which the
    // p-value of the unpermuted data needs.
    let median = try #require(tables.first { $0.name == "specification_curve" })
    #expect(!median.rows.isEmpty)
  }

  @Test("the controls' effect is that of the treated with the arms changed over")
  func turned() throws {
    var stream = RandomStream(Seed(3)["turned"])
    let x = (0..<30).map { _ in stream.normal() }
    let y = x.map { $0 + stream.normal() }
    func effect(_ treated: [Bool], _ estimand: Estimand) throws -> DesignEffect {
      let match = try MatchDesign(
        estimand: estimand, method: NearestNeighbour(ratio: 2, replace: true),
        distance: Mahalanobis()
      ).match(
        Candidates(treated: treated, covariates: [Covariate("x", .numbers(x))]), seed: Seed(1))
      return try DesignEffect.estimate(
        match, outcome: Covariate("y", .numbers(y)), adjust: [Covariate("x", .numbers(x))],
        errors: .abadieImbens
      ).effect
    }
    let arms = x.indices.map { $0 % 3 == 0 }
    let (one, other) = (try effect(arms, .att), try effect(arms.map { !$0 }, .atc))
    #expect(isClose(one.estimate, -other.estimate, relative: 1e-12))
    #expect(isClose(one.standardError, other.standardError, relative: 1e-12))
  }

  @Test(
    "Matching 4.10-8 on lalonde",
    .enabled(if: SharedReference.isPresent, Comment(rawValue: SharedReference.absence)))
  func reference() throws {
    let root = try #require(SharedReference.folder).appendingPathComponent("matching")
    let data = try ReferenceData.lalonde(in: root)
    let json = try JSON(
      parsing: String(
        contentsOf: data.folder.appendingPathComponent("matching_pkg.json"), encoding: .utf8))
    let race = try data.file.texts("race")
    let columns: [Covariate] =
      try ["age", "educ"].map { Covariate($0, .numbers(try data.file.numbers($0))) }
      + ["black", "hispan"].map { level in
        Covariate(level, .numbers(race.map { $0 == level ? 1 : 0 }))
      }
      + ["married", "nodegree", "re74", "re75"].map {
        Covariate($0, .numbers(try data.file.numbers($0)))
      }
    func scaled(_ values: [Double]) -> [Double] {
      let n = Double(values.count)
      let mean = values.reduce(0, +) / n
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
      return values.map { ($0 - mean) / variance.squareRoot() }
    }
    let standard = columns.map { covariate -> [Double] in
      guard case .numbers(let values) = covariate.values else { return [] }
      return scaled(values)
    }
    let x = Matrix(rows: data.treated.count, columns: standard)
    // Over the root of the whole sample's covariance, distances are Mahalanobis's.
    let factor = try Cholesky((1 / Double(x.rows - 1)) * x.crossProduct)
    let whitened = factor.solveLower(x.transposed)
    let score = try #require(
      try MatchDesign(distance: PropensityScore(scale: .probability)).match(
        try data.candidates(), seed: Seed(1)
      ).score)
    let line = Matrix(rows: 1, columns: x.rows, elements: scaled(score))
    var worst = 0.0
    for (name, coordinates, ratio, adjust, tolerance) in [
      ("ps_M1_ties", line, 1, [], 1e-7), ("X_M1_ties_invvar", x.transposed, 1, [], 1e-9),
      ("X_M1_ties_invvar_biasadj", x.transposed, 1, columns, 1e-9),
      ("X_M1_mahal", whitened, 1, [], 1e-9), ("X_M3_mahal_biasadj", whitened, 3, columns, 1e-9),
    ] {
      let expected = try #require(json[name])
      let match = try MatchDesign(
        method: NearestNeighbour(ratio: ratio, replace: true, tieWidth: 1e-5),
        distance: GivenCoordinates(coordinates)
      ).match(try data.candidates(), seed: Seed(1))
      #expect(Double(match.sample.pairs.count) == expected["nobs_matched_rows"]?.number, "\(name)")
      let effect = try DesignEffect.estimate(
        match, outcome: data.outcome, adjust: adjust, errors: .abadieImbens
      ).effect
      let estimate = try #require(expected["est"]?.number)
      let error = try #require(expected["se_AI"]?.number)
      #expect(isClose(effect.estimate, estimate, relative: tolerance), "\(name)")
      #expect(isClose(effect.standardError, error, relative: tolerance), "\(name)")
      worst = max(worst, abs(effect.estimate / estimate - 1), abs(effect.standardError / error - 1))
    }
    if ProcessInfo.processInfo.environment["SHOW_ERRORS"] != nil {
      print("ERR abadie-imbens", worst)
    }
  }
}
