import Designs
import Foundation
import Networks
import Probability
import StudyFiles
import Tables
import TestSupport
import Testing

@Suite struct PriorTests {
  /// The table for readers is the table in the program, row by row.
  @Test func theShippedFileIsTheTable() throws {
    let text = try String(
      contentsOf: checkoutFolder.appendingPathComponent("Data/priors/priors.csv"),
      encoding: .utf8)
    let table = TidyTable("priors", PriorTable.shipped.rows)
    #expect(text == table.csv)
  }

  @Test func everyPriorIsFounded() {
    let priors = PriorTable.shipped.priors
    #expect(Set(priors.map(\.name)).count == priors.count)
    for prior in priors {
      #expect(!prior.source.isEmpty && !prior.meaning.isEmpty, "\(prior.name)")
      #expect(prior.label != .estimate)
      #expect(prior.label == .evidence || !prior.spread.isFixed, "an assumption has a spread")
      #expect(prior.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" })
    }
    #expect(PriorTable.shipped["leadership-teacher-learning"]?.spread.median == 0.84)
    #expect(PriorTable.shipped["federation-lag"]?.spread == .uniform(low: 2, high: 4))
  }

  /// Moments of each distribution by inversion of a fine grid, against their closed forms.
  @Test func spreadsHaveTheirMoments() {
    for (spread, mean) in [
      (Spread.normal(mean: 0.2, sd: 0.5), 0.2), (.uniform(low: 1, high: 4), 2.5),
      (.lognormal(median: 5, sd: 0.4), 5 * Foundation.exp(0.08)), (.fixed(3), 3),
    ] {
      let values = (0..<100_000).map {
        spread.value(at: Normal.standardQuantile((Double($0) + 0.5) / 100_000))
      }
      let average = values.reduce(0, +) / 100_000
      let sd = (values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / 100_000).squareRoot()
      #expect(abs(average - mean) < 1e-3 * max(1, abs(mean)), "\(spread)")
      #expect(abs(sd - spread.sd) < 2e-3 * max(1, spread.sd), "\(spread)")
    }
  }

  private static func table(_ change: (inout [String: [String]]) -> Void = { _ in }) -> Table {
    var texts = [
      "name": ["own", "support-raise"], "distribution": ["normal", "uniform"],
      "unit": ["sd", "log odds"], "label": ["assumption", "evidence"], "meaning": ["a", "b"],
      "source": ["us", "them"],
    ]
    change(&texts)
    let names = ["name", "distribution", "unit", "label", "meaning", "source"]
    return Table(
      name: "mine",
      columns: names.map { name in
        Column(name, categories: (texts[name] ?? []).map { $0.isEmpty ? nil : $0 })
      } + [Column("value", numbers: [0.1, 2]), Column("spread", numbers: [0.05, 0.5])])
  }

  @Test func ownPriorsWin() throws {
    let table = PriorTable.shipped.adding(try PriorTable(Self.table()).priors)
    #expect(table["own"]?.spread == .normal(mean: 0.1, sd: 0.05))
    #expect(table["support-raise"]?.spread == .uniform(low: 1.5, high: 2.5))
    #expect(table["federation-lag"] == PriorTable.shipped["federation-lag"])
    for (key, value, text) in [
      ("name", "support-raise", "stands twice"), ("label", "gut", "expected `evidence`"),
      ("source", "", "has no source"), ("distribution", "cauchy", "`cauchy`"),
    ] {
      #expect {
        try PriorTable(Self.table { $0[key]?[0] = value })
      } throws: { "\($0)".contains(text) && "\($0)".contains("table mine") }
    }
  }

  /// A prior moves the outcome by its size, and its spread is in the interval.
  @Test func priorsReachTheOutcome() throws {
    func run(_ effect: String) throws -> ScenarioResult {
      try ScenariosStepTests.run(
        ScenariosStepTests.study.replacingOccurrences(
          of: "{years: {1: 0, 2: 0.02, 3: 0.04}, unit: sd, sd: 0.02, source: assumption}",
          with: effect))
    }
    let named = try run("{prior: federation-effect, share: {1: 0.5, 2: 1}}")
    let written = try run(
      "{prior: {normal: [0.05, 0.05], unit: sd}, source: assumption, share: {1: 0.5, 2: 1}}")
    #expect(named.tables[0] == written.tables[0])
    #expect(named.tables[2].rows[0][1] == .text("assumption"))
    #expect {
      try run("{prior: federation-efect}")
    } throws: { "\($0)".contains("did you mean `federation-effect`?") }
    #expect {
      try run("{prior: federation-effect, source: evidence}")
    } throws: { "\($0)".contains("does not go with a named prior") }
  }
}
