import Foundation
import Networks
import Probability
import StudyFiles
import Tables
import Testing

/// Choices go by what outcomes have become, from year to year.
@Suite struct OutcomeFeedbackTests {
  /// Functions of the outcome, with weights that are large beside the drift.
  static let functions: [(name: String, make: @Sendable (Centring) -> any PairFunction)] = [
    ("similar", { Likeness(range: $0.range, centre: $0.similarity) }),
    ("alter", { AlterValue(centre: $0.mean) }),
    ("product", { ValueProduct(centre: $0.mean) }),
    ("higher", { _ in HigherValue() }),
    ("strong-weak", { FarApart(gap: 0.5 * $0.sd) }),
  ]

  static func effect(_ function: some PairFunction, _ values: [Double]) -> any NetworkEffect {
    CovariateEffect(function, values)
  }

  /// Draws with outcomes that have moved have the probabilities of a model that was made for these outcomes, whoever
  /// is closed aside. χ² as for choices without feedback: a false alarm in 300,000 for each.
  @Test(arguments: functions.indices, [nil, 7])
  func drawsFollowTheOutcome(function index: Int, blockSize: Int?) {
    let count = ExactChoiceTests.count
    let (all, network, _) = ExactChoiceTests.world()
    var random = RandomStream(Seed(31))
    let start = (0..<count).map { _ in random.normal() }
    let now = start.map { $0 + 0.3 * random.normal() }
    let function = Self.functions[index].make(Centring(start))
    let fixed = all.filter { $0.name != "similar" }
    func effects(_ values: [Double]) -> [WeightedEffect] {
      fixed + [WeightedEffect("outcome", Self.effect(function, values), weight: 1.2)]
    }
    let simulator = FormationSimulator(
      FormationModel(rate: 1, effects: effects(start)), actors: count, directed: false,
      blockSize: blockSize, nearBlocks: 3,
      feedback: OutcomeFeedback(
        effects: [FeedbackEffect(function: function, weight: 1.2)], start: start))
    let ego = 17
    var closed = [Bool](repeating: false, count: count)
    for school in stride(from: 5, to: count, by: 9) where network.degree(school) == 0 {
      closed[school] = true
    }
    let open = (0..<count).filter { $0 != ego && !closed[$0] }.map(Int32.init)
    let law = ExactChoiceTests.probabilities(
      effects(now), network, ego: ego, lift: 0.2, among: open)
    let draws = 40_000
    var counts = [Double](repeating: 0, count: count + 1)
    for k in 0..<draws {
      let alter = simulator.draw(
        network, ego: ego, lift: 0.2, seed: Seed(9), replicate: UInt32(k), outcome: now,
        closed: closed)
      counts[alter ?? count] += 1
    }
    var (chiSquared, degrees, restExpected, restCount) = (0.0, -1.0, 0.0, 0.0)
    for (p, count) in zip(law, counts) {
      let expected = p * Double(draws)
      if expected < 20 {
        restExpected += expected
        restCount += count
      } else {
        chiSquared += (count - expected) * (count - expected) / expected
        degrees += 1
      }
    }
    chiSquared += (restCount - restExpected) * (restCount - restExpected) / restExpected
    degrees += 1
    let z = (chiSquared - degrees) / (2 * degrees).squareRoot()
    #expect(degrees > 10)
    #expect(z < 4.5, "\(Self.functions[index].name): χ² \(chiSquared) on \(degrees)")
    for school in 0..<count where closed[school] { #expect(counts[school] == 0) }
  }

  static func study(feedback: Bool, effect: Double, at weight: Double = 2) -> String {
    ScenariosStepTests.study
      .replacingOccurrences(of: "similar(attainment): 0.3", with: "alter(attainment): \(weight)")
      .replacingOccurrences(of: "choice: exact", with: "feedback: \(feedback)")
      .replacingOccurrences(of: "{1: 0, 2: 0.02, 3: 0.04}", with: "{1: \(effect)}")
      .replacingOccurrences(of: "[mean(attainment),", with: "[degree, mean(attainment),")
      .replacingOccurrences(of: "sd: 0.02, ", with: "")
  }

  /// Schools with partners do better, and those that do better are sought after: more ties than where choices go by
  /// the attainment of the start. Without an effect the two are the same to the bit.
  @Test func attainmentFeedsBackIntoTies() throws {
    func run(_ feedback: Bool, _ effect: Double) throws -> ScenarioResult {
      try ScenariosStepTests.run(Self.study(feedback: feedback, effect: effect))
    }
    let (with, without) = (try run(true, 0.5), try run(false, 0.5))
    func degree(_ result: ScenarioResult, _ time: Int) -> Double {
      ScenariosStepTests.value(result, 0, "mean", policy: "none", outcome: "degree", time: time)
    }
    // The first year's choices go by the attainment of the start in both.
    #expect(degree(with, 1) == degree(without, 1))
    let error = ScenariosStepTests.value(
      with, 0, "mcse", policy: "none", outcome: "degree", time: 5)
    #expect(degree(with, 5) > degree(without, 5) + 4 * error)
    #expect(try run(true, 0).tables[0].rows == run(false, 0).tables[0].rows)
  }

  @Test func threadsDoNotMatter() throws {
    let yaml = Self.study(feedback: true, effect: 0.5)
    let one = try ScenariosStepTests.run(yaml, threads: 1)
    for threads in [2, 4] {
      let other = try ScenariosStepTests.run(yaml, threads: threads)
      #expect(one.tables.map(\.rows) == other.tables.map(\.rows))
    }
  }
}
