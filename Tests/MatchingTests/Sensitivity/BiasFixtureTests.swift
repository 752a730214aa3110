import Matching
import Probability
import Tables
import TestSupport
import Testing

/// Bounds by R from the definitions (`Tests/Fixtures/matching/sensitivity.R`).
@Suite("Bounds on biased assignment against R's fixtures")
struct BiasFixtureTests {
  private static func numbers(_ json: JSON?) throws -> [Double] {
    try #require(json?.array).map { try #require($0.number) }
  }

  /// A design whose sets are given.
  static func match(sets: [[Double]], turned: [Bool]) throws -> (MatchOutcome, Covariate) {
    var treated: [Bool] = []
    var set: [Double] = []
    var y: [Double] = []
    for (number, values) in sets.enumerated() {
      for (position, value) in values.enumerated() {
        treated.append((position == 0) != turned[number])
        set.append(Double(number))
        y.append(value)
      }
    }
    let match = try MatchDesign(method: ExactStrata()).match(
      Candidates(treated: treated, covariates: [Covariate("set", .numbers(set))]), seed: Seed(1))
    return (match, Covariate("y", .numbers(y)))
  }

  private func check(
    _ result: SensitivityResult, _ expected: JSON, tests: [String], gammas: [Double]
  ) throws {
    let table = try #require(result.tables.first { $0.name == "rosenbaum" })
    for test in tests {
      let rows = table.rows.filter { $0[0] == .text(test) }
      let found = rows.compactMap { row in
        if case .number(let value) = row[3] { value } else { nil }
      }
      let values = try Self.numbers(expected[test])
      #expect(rows.count == gammas.count)
      #expect(largestDifference(found, values) < 1e-9, "\(test)")
    }
  }

  @Test("33 pairs: Wilcoxon, sign, M-statistic and t, and where each tips")
  func lead() throws {
    let fixture = try StrataFixtureTests.fixture("sensitivity")
    let lead = try #require(fixture["lead"])
    let gammas = try Self.numbers(fixture["gammas"])
    let pairs = zip(try Self.numbers(lead["treated"]), try Self.numbers(lead["control"])).map {
      [$0, $1]
    }
    let (match, outcome) = try Self.match(
      sets: pairs, turned: [Bool](repeating: false, count: pairs.count))
    let result = try RosenbaumBounds(gammas: gammas).run(match, outcome: outcome)
    try check(result, lead, tests: ["wilcoxon", "sign", "huber", "t"], gammas: gammas)
    let tips = try #require(result.tables.first { $0.name == "tipping_points" })
    for row in tips.rows {
      guard case .text(let name) = row[0], case .number(let gamma) = row[5] else {
        Issue.record("no tipping point")
        continue
      }
      #expect(isClose(gamma, try #require(lead["star"]?[name]?.number), relative: 1e-9))
    }
    // The opposite direction is the same test of negated values.
    let negated = Covariate(
      "y",
      .numbers(
        try Self.numbers(lead["treated"]).indices.flatMap { [-pairs[$0][0], -pairs[$0][1]] }))
    let other = try RosenbaumBounds(gammas: gammas).run(match, outcome: negated)
    try check(other, lead, tests: ["wilcoxon", "sign", "huber", "t"], gammas: gammas)
    #expect(other.tables[0].rows.allSatisfy { $0[1] == .text("less") })
  }

  @Test("Rosenbaum's printed bounds of the lead pairs")
  func printed() throws {
    let fixture = try StrataFixtureTests.fixture("sensitivity")
    let lead = try #require(fixture["lead"])
    let pairs = zip(try Self.numbers(lead["treated"]), try Self.numbers(lead["control"])).map {
      [$0, $1]
    }
    let (match, outcome) = try Self.match(
      sets: pairs, turned: [Bool](repeating: false, count: pairs.count))
    let gammas = [2, 3, 4, 4.25, 5]
    let printed = [0.0018, 0.0136, 0.0388, 0.0468, 0.0740]
    let table = try RosenbaumBounds(gammas: gammas, zeros: .ranked).run(match, outcome: outcome)
      .tables[0]
    for (row, value) in zip(table.rows, printed) {
      guard case .number(let found) = row[3] else { continue }
      #expect(abs(found - value) <= 0.00005)
    }
  }

  @Test("sets of two to five units, some with one comparator against several treated")
  func sets() throws {
    let fixture = try StrataFixtureTests.fixture("sensitivity")
    let sets = try #require(fixture["sets"])
    let gammas = try Self.numbers(fixture["gammas"])
    let values = try #require(sets["values"]?.array).map { try Self.numbers($0) }
    let turned = try #require(sets["turned"]?.array).map { $0 == .bool(true) }
    let (match, outcome) = try Self.match(sets: values, turned: turned)
    let result = try RosenbaumBounds(gammas: gammas).run(match, outcome: outcome)
    try check(result, sets, tests: ["huber", "t"], gammas: gammas)
    #expect(!result.tables[0].rows.contains { $0[0] == .text("wilcoxon") })
  }

  @Test("groups count once, and a bias is amplified")
  func groups() throws {
    let sets = (0..<12).map { [Double($0) + 1, 0] }
    let (match, outcome) = try Self.match(sets: sets, turned: sets.map { _ in false })
    let groups = (0..<24).map { $0 % 2 == 0 ? Int32($0 / 4) : -1 }
    let tips = try RosenbaumBounds().run(match, outcome: outcome, groups: groups).tables[1]
    #expect(tips.rows[0][2] == .count(6))
    #expect(RosenbaumBounds.amplified(gamma: 1.5, lambda: 2) == 4)
    let (gamma, lambda) = (2.3, 4.1)
    let delta = RosenbaumBounds.amplified(gamma: gamma, lambda: lambda)
    #expect(isClose((lambda * delta + 1) / (lambda + delta), gamma, relative: 1e-12))
  }
}
