import Designs
import Foundation
import Networks
import StudyFiles
import Tables
import Testing

/// Measures of the shape of a network, worked out anew from the ties of one replicate that is written out.
@Suite struct FurtherMeasureTests {
  private static let result = Result {
    try ScenariosStepTests.run(
      PolicyTests.study(
        "{trust: {joins: 0.1, rebroker: 0.2, size: 30, within: 40 km}}",
        report:
          "components, largest-component, bridging(la), assortativity(la), turnover, concentration(trust)",
        more: "replay: 1"
      ).replacingOccurrences(of: "at-most: 20", with: "at-most: 1"))
  }

  /// The pairs that are tied at the end of each year under the policy.
  private static func years(_ result: ScenarioResult) -> [Set<[Int]>] {
    var now: Set<[Int]> = []
    var found: [Set<[Int]>] = []
    let events = PresenceTests.ties(result, "tried")
    for year in 0...5 {
      for event in events where event.0 == year {
        if event.3 { now.insert([event.1, event.2]) } else { now.remove([event.1, event.2]) }
      }
      found.append(now)
    }
    return found
  }

  /// Sizes of the sets of two or more that ties connect.
  private static func sets(_ ties: Set<[Int]>) -> [Int] {
    var root = Array(0..<200)
    func find(_ a: Int) -> Int { root[a] == a ? a : find(root[a]) }
    for tie in ties { root[find(tie[0])] = find(tie[1]) }
    var sizes: [Int: Int] = [:]
    for school in 0..<200 { sizes[find(school), default: 0] += 1 }
    return sizes.values.filter { $0 > 1 }
  }

  @Test func shapesAreThoseOfTheTies() throws {
    let result = try Self.result.get()
    let schools = ScenariosStepTests.data().0[table: "schools"]
    let la = try #require(schools?["la"])
    let isWest = (0..<200).map { la.text(at: $0) == "west" }
    let years = Self.years(result)
    #expect(years[0].count == 20 && years[5].count > 20)
    for (year, ties) in years.enumerated() {
      func value(_ measure: String) -> Double {
        PolicyTests.value(result, measure, time: year)
      }
      let sets = Self.sets(ties)
      #expect(value("components") == Double(sets.count))
      #expect(value("largest-component") == Double(sets.max() ?? 0) / 200)
      let all = Double(ties.count)
      let between = Double(ties.count { isWest[$0[0]] != isWest[$0[1]] })
      #expect(abs(value("bridging(la)") - between / all) < 1e-12)
      // Ends of ties in the west: the share within that ties at random would have.
      let west =
        ties.reduce(0.0) { $0 + (isWest[$1[0]] ? 1 : 0) + (isWest[$1[1]] ? 1 : 0) } / (2 * all)
      let expected = west * west + (1 - west) * (1 - west)
      #expect(
        abs(value("assortativity(la)") - (1 - between / all - expected) / (1 - expected)) < 1e-12)
      let before = year > 0 ? years[year - 1] : ties
      let turned = Double(ties.symmetricDifference(before).count)
      #expect(abs(value("turnover") - turned / Double(ties.union(before).count)) < 1e-12)
      #expect(year == 0 || value("turnover") > 0)
    }
  }

  @Test func concentrationIsThatOfMembers() throws {
    let result = try Self.result.get()
    let table = try #require(result.tables.first { $0.name == "replay-groups" })
    var members: [Int: Int] = [:]
    for row in table.rows where row[0] == .text("tried") {
      guard case .count(let group) = row[2] else { continue }
      members[group, default: 0] += row[5] == .text("joins") ? 1 : -1
    }
    let all = Double(members.values.reduce(0, +))
    #expect(all > 20)
    let expected = members.values.reduce(0.0) { $0 + (Double($1) / all) * (Double($1) / all) }
    #expect(abs(PolicyTests.value(result, "concentration(trust)", time: 5) - expected) < 1e-12)
    #expect(
      ScenariosStepTests.value(
        result, 0, "mean", policy: "none", outcome: "concentration(trust)", time: 5) == 0)
  }

  /// Sobol points cover what is unknown, so that a mean that hangs on it almost alone is known far better than from as many
  /// independent draws; their draws are still fair.
  @Test func sobolDrawsAreEven() throws {
    func draw(_ design: String, seed: UInt64) throws -> Double {
      let result = try ScenariosStepTests.run(
        PolicyTests.study(
          "{support: {raise: 0}}", report: "coverage",
          effects: "partner: {years: {1: 0.2}, unit: sd, sd: 0.1, source: assumption}"
        ).replacingOccurrences(of: "at-most: 20", with: "at-most: 64, design: \(design)")
          .replacingOccurrences(of: "rate: 2 per year", with: "rate: 0 per year"), seed: seed)
      return PolicyTests.value(result, "mean(attainment)")
    }
    let middle = try draw("sobol", seed: 1)
    var (sobol, random) = (0.0, 0.0)
    for seed in 2...6 {
      sobol = max(sobol, abs(try draw("sobol", seed: UInt64(seed)) - middle))
      random = max(random, abs(try draw("random", seed: UInt64(seed)) - middle))
    }
    #expect(sobol < random / 4, "\(sobol), \(random)")
  }
}

extension FurtherMeasureTests {
  /// A formation that does not keep the ties of the start says so; one that does, does not.
  @Test func driftOfTheStartIsSaid() throws {
    func codes(_ density: String) throws -> [String] {
      try ScenariosStepTests.run(
        PolicyTests.study("{support: {raise: 0}}").replacingOccurrences(
          of: "density: -2.2", with: "density: \(density)")
      ).diagnostics.map(\.code)
    }
    #expect(try codes("-6").contains("ties-drift"))
    #expect(try codes("0").contains("ties-drift"))
    let still = try ScenariosStepTests.run(
      PolicyTests.study("{support: {raise: 0}}").replacingOccurrences(
        of: "rate: 2 per year", with: "rate: 0 per year"))
    #expect(!still.diagnostics.contains { $0.code == "ties-drift" })
  }
}
