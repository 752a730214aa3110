import Designs
import Foundation
import Networks
import Probability
import StudyFiles
import Tables
import Testing

/// What is said when a study or its data will not do.
@Suite struct ScenarioProblemTests {
  private func problems(_ old: String, _ new: String) -> [SpecError] {
    let yaml = ScenariosStepTests.study.replacingOccurrences(of: old, with: new)
    do {
      try ScenariosStepTests.step(yaml).check(in: ScenariosStepTests.data().0)
    } catch let errors as SpecErrors {
      return errors.problems
    } catch {
      Issue.record("\(error)")
    }
    return []
  }

  /// Every slip is found at its line, in words that help.
  @Test(arguments: [
    ("actors: schools", "actors: scools", 1, "unknown table `scools`"),
    ("ties: ties", "ties: tis", 2, "unknown table `tis`"),
    ("poverty: fsm", "poverty: fms", 3, "unknown column `fms`"),
    ("same(la)", "same(lea)", 7, "unknown column `lea`"),
    ("same(la)", "sam(la)", 7, "unknown effect `sam`"),
    ("same(la)", "same", 7, "expected one column"),
    ("transitivity:", "reciprocity:", 7, "needs `directed: true`"),
    ("consent: confirm", "consent: confrm", 6, "unknown rule of consent `confrm`"),
    ("choice: exact", "choice: {nearest: 0}", 8, "at least 1"),
    ("horizon: 5 years", "horizon: 2.5 years", 9, "whole years"),
    ("1: 0, 2: 0.02", "0: 0, 2: 0.02", 11, "a year from 1"),
    ("source: assumption", "source: estimate", 11, "use `from`"),
    (", source: assumption", "", 11, "missing key `source`"),
    ("fsm > 30", "fms > 30", 14, "unknown column `fms`"),
    ("fsm > 30", "fsm + 30", 14, "expected"),
    ("fsm > 30", "fsm >", 14, "expected"),
    ("until: 4", "until: 0", 14, "a model year from 1"),
    ("from: 1, until: 4", "from: 5, until: 4", 14, "before `from`"),
    ("GBP: 5000", "GBP: -5", 14, "0 or more"),
    ("coverage, cost", "coverge, cost", 15, "unknown measure `coverge`"),
    ("variance(attainment)", "variance(fsm)", 15, "not the outcome"),
    ("gap(attainment, fsm)", "gap(attainment, fms)", 15, "unknown column `fms`"),
    ("at-most: 40", "at-most: 0", 16, "whole number from 1"),
    (
      "at-most: 40", "until: {mcse: 0.1, of: [mean(x)]}, at-most: 4", 16, "unknown reported measure"
    ),
    ("horizon: 5 years", "horizon: 5 years\nstart: x", 2, "leave `ties` out"),
  ])
  func slipsAreLocated(_ old: String, _ new: String, line: Int, text: String) {
    let found = problems(old, new)
    #expect(
      found.contains { $0.location.line == line && "\($0)".contains(text) },
      "\(found.map(\.description))")
  }

  @Test func directedNetworksHaveNoConsent() {
    let found = problems("ties: ties", "ties: ties\ndirected: true")
    #expect(found.contains { "\($0)".contains("`consent` is for undirected ties") })
  }

  private func error(
    _ old: String = "", _ new: String = "",
    change: (DataSet, Places) -> (DataSet, Places?) = { ($0, $1) }
  ) -> ScenarioError? {
    let yaml = ScenariosStepTests.study.replacingOccurrences(of: old, with: new)
    let (data, places) = ScenariosStepTests.data()
    let changed = change(data, places)
    do {
      let step = try ScenariosStepTests.step(yaml)
      _ = try step.run(
        in: changed.0, places: changed.1, estimates: [:], seed: Seed(1), threads: 1)
    } catch let error as ScenarioError {
      return error
    } catch {
      Issue.record("\(error)")
    }
    return nil
  }

  @Test func dataThatWillNotDoIsRefused() {
    #expect(error(change: { data, _ in (data, nil) }) == .noLocations(needed: "log-distance"))
    #expect(
      error(change: { data, places in (data, Places([nil] + places.places.dropFirst())) })
        == .missingLocations(count: 1, of: 200, at: "table schools, row 1"))
    #expect(
      error(change: { data, places in
        (data, Places([.globe(latitude: 52, longitude: 0)] + places.places.dropFirst()))
      }) == .mixedPlaces(table: "schools"))
    func setting(_ column: Column) -> (DataSet, Places) -> (DataSet, Places?) {
      { data, places in
        var changed = data
        if var table = data[table: "schools"] {
          table.set(column)
          changed.set(table)
        }
        return (changed, places)
      }
    }
    var attainment = ScenariosStepTests.numbers("attainment")
    attainment[3] = .nan
    #expect(
      error(change: setting(Column("attainment", numbers: attainment)))
        == .missingValues(column: "attainment", count: 1, of: 200, at: "table schools, row 4"))
    var roll = ScenariosStepTests.numbers("roll")
    roll[7] = -1
    #expect(
      error(change: setting(Column("roll", numbers: roll)))
        == .negativeWeight(column: "roll", at: "table schools, row 8"))
    #expect(
      error(change: setting(Column("urn", numbers: [Double](repeating: 1, count: 200))))
        == .duplicateActor("1", at: "table schools, row 2"))
    #expect(
      error("similar(attainment)", "similar(la)") == .notNumeric("la", table: "schools"))
    func ties(_ from: [Double], _ to: [Double]) -> (DataSet, Places) -> (DataSet, Places?) {
      { data, places in
        var changed = data
        changed.set(
          Table(name: "ties", columns: [Column("from", numbers: from), Column("to", numbers: to)]))
        return (changed, places)
      }
    }
    #expect(
      error(change: ties([1000, 77], [1001, 1002]))
        == .unknownActors(
          table: "ties", count: 1, first: "77", at: "table ties, row 2"))
    #expect(
      error(change: ties([1000, 1003], [1001, 1003]))
        == .selfTie(actor: "1003", at: "table ties, row 2"))
  }

  @Test func runawayIsStopped() {
    let error = error(
      "rate: 2 per year\n  consent: confirm\n  effects: {density: -2.2",
      "rate: 100 per year\n  effects: {density: 4")
    guard case .runaway(let policy, 1..., let degree)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(policy == "none" && degree > 50)
  }

  @Test func doubtsAreSaid() throws {
    func codes(_ old: String, _ new: String) throws -> [String] {
      try ScenariosStepTests.run(
        ScenariosStepTests.study.replacingOccurrences(of: old, with: new)
      ).diagnostics.map(\.code)
    }
    #expect(try codes("fsm > 30", "fsm > 3000").contains("policy-never-applies"))
    #expect(try codes("from: 1, until: 4", "from: 9").contains("policy-never-applies"))
    #expect(try codes("GBP: 5000", "GBP: 0").contains("policy-without-cost"))
    #expect(try codes("ties: ties", "").contains("no-ties-at-start"))
    #expect(try codes("choice: exact", "choice: {nearest: 10}").contains("choices-left-out"))
    #expect(try codes("", "").contains("effect-assumed"))
    #expect(try codes("poverty: fsm", "sd: 1").contains("sd-between-schools") == false)
  }

  /// The share left out is what brute force says, and no tie to a school outside the list is made.
  @Test func nearestStatesWhatItLeavesOut() throws {
    let result = try ScenariosStepTests.run(
      ScenariosStepTests.study.replacingOccurrences(
        of: "choice: exact", with: "choice: {nearest: 10}"))
    let message = try #require(
      result.diagnostics.first { $0.code == "choices-left-out" }?.message)
    let (data, places) = ScenariosStepTests.data()
    let actors = try ActorData(data, table: "schools", places: places)
    let located = try actors.places(for: "test")
    let effects = [
      WeightedEffect("log-distance", LogDistance(located), weight: -0.5),
      WeightedEffect("same", Same(try actors.codes("la")), weight: 0.4),
      WeightedEffect("similar", Similar(try actors.numbers("attainment")), weight: 0.3),
    ]
    var outside = 0.0
    for ego in 0..<200 {
      let others = (0..<200).filter { $0 != ego }
      let nearest = Set(
        others.sorted { located.distance(ego, $0) < located.distance(ego, $1) }.prefix(10))
      var utilities = [Double](repeating: 0, count: 199)
      var span = utilities.mutableSpan
      let candidates = others.map(Int32.init)
      for item in effects {
        item.effect.addChanges(
          Network(actors: 200, directed: false), ego: ego, candidates: candidates.span,
          weight: item.weight, to: &span)
      }
      let weights = utilities.map(PortableMath.exp)
      let inside = zip(others, weights).reduce(0) { $0 + (nearest.contains($1.0) ? $1.1 : 0) }
      outside += 1 - inside / weights.reduce(0, +)
    }
    let expected = (outside / 200 * 1000).rounded() / 1000
    #expect(message.contains("a share of \(expected) lies outside"), "\(message), \(expected)")
  }
}
