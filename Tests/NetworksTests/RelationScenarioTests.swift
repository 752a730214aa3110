import Designs
import Foundation
import Networks
import Probability
import StudyFiles
import Tables
import Testing

/// Scenarios of several relations, from their text to their tables.
@Suite struct RelationScenarioTests {
  static let relations = """
    relation: partnership
    relations:
      practice:
        ties: links
        directed: true
        formation: {rate: 1 per year, effects: {density: -4, log-distance: -0.3, reciprocity: 1, tied-in(partnership): 5}}
      past: {ties: ties}
    """

  /// The study of the other tests with other relations and measures.
  ///
  /// - Parameter crossed: whether the scenario's own ties look at practice.
  static func study(
    _ policy: String = "{support: {eligible: fsm > 30, raise: 1.0, from: 1, until: 4}}",
    report: String = "degree", more: String = relations, crossed: Bool = true,
    effects: String? = nil
  ) -> String {
    let yaml = PolicyTests.study(policy, report: report, more: more, effects: effects)
    return crossed
      ? yaml.replacingOccurrences(
        of: "transitivity: 0.2}", with: "transitivity: 0.2, tied-in(practice): 1.2}") : yaml
  }

  static func data() -> (DataSet, Places) {
    var (data, places) = ScenariosStepTests.data()
    var random = RandomStream(Seed(71))
    var (from, to): ([Double], [Double]) = ([], [])
    for school in 0..<200 {
      for _ in 0..<2 {
        let other = (school + 1 + random.index(below: 199)) % 200
        from.append(1000 + Double(school))
        to.append(1000 + Double(other))
      }
    }
    data.set(
      Table(name: "links", columns: [Column("from", numbers: from), Column("to", numbers: to)]))
    data.set(
      Table(name: "bare", columns: [Column("from", numbers: [1000]), Column("b", numbers: [1001])]))
    return (data, places)
  }

  static func run(
    _ yaml: String, threads: Int = 2, data: (DataSet, Places) = data()
  ) throws -> ScenarioResult {
    let step = try ScenariosStepTests.step(yaml)
    try step.check(in: data.0)
    return try step.run(
      in: data.0, places: data.1, estimates: [:], seed: Seed(11)["futures"], threads: threads)
  }

  /// Relations without effects between them leave the scenario's own ties, and what is reported of them, as they were.
  @Test func otherRelationsChangeNoDraw() throws {
    let alone = try Self.run(
      Self.study(report: "coverage, degree, clustering", more: "replay: 2", crossed: false))
    let beside = try Self.run(
      Self.study(
        report: "coverage, degree, clustering", more: Self.relations + "\nreplay: 2", crossed: false
      ))
    for name in ["outcomes", "contrasts", "unknowns", "replay-ties", "replay-groups"] {
      let (a, b) = (
        alone.tables.first { $0.name == name }, beside.tables.first { $0.name == name }
      )
      #expect(a != nil && a == b, "\(name)")
    }
    #expect(beside.tables.contains { $0.name == "replay-relations" })
    #expect(!alone.tables.contains { $0.name == "replay-relations" })
    // With effects between them they do change.
    #expect(
      try Self.run(Self.study(report: "coverage, degree, clustering")).tables[0] != beside.tables[0]
    )
  }

  @Test func threadsChangeNothing() throws {
    let yaml = Self.study(
      report: "degree, degree(practice), overlap(practice), sustained(practice)",
      more: Self.relations.replacingOccurrences(
        of: "density: -4",
        with: "density: {normal: [-4, 0.2], source: assumption}"))
    let (one, two, three) = (
      try Self.run(yaml, threads: 1), try Self.run(yaml, threads: 2), try Self.run(yaml, threads: 3)
    )
    #expect(one.tables == two.tables && one.tables == three.tables)
    let unknowns = try #require(one.tables.first { $0.name == "unknowns" })
    #expect(
      unknowns.rows.contains { $0[0] == .text("relations.practice.formation.density") })
  }

  /// A policy that does nothing differs in nothing, in any relation.
  @Test func emptyPoliciesAreIdentical() throws {
    let result = try Self.run(
      Self.study(
        "{support: {raise: 0}}",
        report: "degree, degree(practice), overlap(practice), isolates(past)"))
    let differences = try #require(result.tables[1].column("difference"))
    #expect(differences.allSatisfy { $0 == .number(0) })
    // One that does something changes the other relation through the first.
    let support = try Self.run(Self.study(report: "degree, degree(practice)"))
    #expect(
      ScenariosStepTests.value(
        support, 1, "difference", policy: "tried", outcome: "degree(practice)", time: 4) > 0.05)
    // What is drawn together comes together.
    func overlap(_ yaml: String) throws -> Double {
      PolicyTests.value(try Self.run(yaml), "overlap(practice)")
    }
    let drawn = Self.study(report: "overlap(practice)")
    let apart = drawn.replacingOccurrences(
      of: "tied-in(partnership): 5", with: "tied-in(partnership): 0"
    ).replacingOccurrences(of: "tied-in(practice): 1.2", with: "tied-in(practice): 0")
    #expect(try overlap(drawn) > overlap(apart) + 0.1)
  }

  /// The networks of one replicate and policy by the end of each year.
  private static func networks(
    _ result: ScenarioResult, _ relation: String?, directed: Bool
  ) throws -> [Network] {
    let name = relation == nil ? "replay-ties" : "replay-relations"
    let table = try #require(result.tables.first { $0.name == name })
    let shift = relation == nil ? 0 : 1
    var network = Network(actors: 200, directed: directed)
    return (0...5).map { year in
      for row in table.rows where row[0] == .text("tried") && row[1 + shift] == .count(year) {
        if let relation, row[1] != .text(relation) { continue }
        guard case .count(let from) = row[2 + shift], case .count(let to) = row[3 + shift] else {
          continue
        }
        network.toggle(from - 1, to - 1)
      }
      return network
    }
  }

  /// Every measure of a relation is what its definition gives for the ties that a replay writes out.
  @Test func measuresByHand() throws {
    let result = try Self.run(
      Self.study(
        report:
          "degree, degree(partnership), degree(practice), coverage(practice), isolates(practice), "
          + "clustering(practice), overlap(practice), degree(past), coverage(partnership), "
          + "sustained(practice), \"partner-quality(attainment, practice)\"",
        more: Self.relations + "\nreplay: 1"
      ).replacingOccurrences(of: "at-most: 20", with: "at-most: 1"))
    let own = try Self.networks(result, nil, directed: false)
    let practice = try Self.networks(result, "practice", directed: true)
    let past = try Self.networks(result, "past", directed: false)
    let attainment = ScenariosStepTests.numbers("attainment")
    #expect(past[0] == own[0] && past[5] == past[0])
    #expect(own[5] != own[0] && practice[5] != practice[0])
    for year in 0...5 {
      let (x, w) = (own[year], practice[year])
      func expect(_ outcome: String, _ value: Double) {
        let found = PolicyTests.value(result, outcome, time: year)
        #expect(abs(found - value) < 1e-12, "\(outcome) in \(year): \(found), \(value)")
      }
      expect("degree", 2 * Count.ties(x) / 200)
      expect("degree(partnership)", 2 * Count.ties(x) / 200)
      expect("degree(practice)", 2 * Count.ties(w) / 200)
      expect("degree(past)", 2 * Count.ties(past[year]) / 200)
      expect("coverage(practice)", 1 - Count.isolates(w) / 200)
      expect("coverage(partnership)", 1 - Count.isolates(x) / 200)
      expect("isolates(practice)", Count.isolates(w) / 200)
      var (closed, paths) = (0.0, 0.0)
      for i in 0..<200 {
        let partners = (0..<w.degree(i)).map { Int(w.partner($0, of: i)) }
        for a in partners {
          for b in partners where a != b {
            paths += 1
            if w.hasTie(a, b) { closed += 1 }
          }
        }
      }
      expect("clustering(practice)", paths > 0 ? closed / paths : 0)
      let both = Count.pairs(x).count { w.hasTie($0.0, $0.1) || w.hasTie($0.1, $0.0) }
      expect("overlap(practice)", x.tieCount > 0 ? Double(both) / 2 / Count.ties(x) : 0)
      // The policy ends with year 4.
      let kept = Count.pairs(practice[4]).count { w.hasTie($0.0, $0.1) }
      expect("sustained(practice)", year < 4 ? 1 : Double(kept) / Count.ties(practice[4]))
      let quality = (0..<200).filter { w.degree($0) > 0 }.map { i in
        (0..<w.degree(i)).reduce(0.0) { $0 + attainment[Int(w.partner($1, of: i))] }
          / Double(w.degree(i))
      }
      expect("partner-quality(attainment, practice)", quality.reduce(0, +) / Double(quality.count))
    }
  }

  /// What partnership does goes along the relation that is named: along a copy of the scenario's own ties all is as along
  /// these, along other ties it is not.
  @Test(arguments: [
    "diffusion: {rate: 0.2RELATION}", "workload: {capacity: 0, per-tie: 0.01RELATION}",
    "trust: {years: {1: 0.5, 2: 1}RELATION}",
  ])
  func effectsGoAlongARelation(_ what: String) throws {
    func outcomes(_ relation: String?) throws -> ScenarioResult {
      let named = relation.map { ", relation: \($0)" } ?? ""
      let ofTrust = what.hasPrefix("trust")
      let yaml = Self.study(
        "{shock: {turnover: 0.3}}", report: ofTrust ? "trust" : "degree",
        more: "relations:\n  copy: {ties: ties}\n  links: {ties: links}\n"
          + what.replacingOccurrences(of: "RELATION", with: named), crossed: false,
        effects:
          "partner: {years: {1: 0, 2: 0.02, 3: 0.04}, source: assumption\(named), role: {strong: 0.5}"
          + (ofTrust ? ", trust: true" : "") + "}"
      ).replacingOccurrences(of: "rate: 2 per year", with: "rate: 0 per year")
      return try Self.run(yaml)
    }
    let own = try outcomes(nil)
    #expect(try outcomes("copy").tables == own.tables)
    #expect(try outcomes("ties").tables == own.tables)
    #expect(try outcomes("links").tables != own.tables)
  }

  /// A school that closes takes its ties out of every relation, or hands them on.
  @Test func closingsEndTiesOfAllRelations() throws {
    let made = PresenceTests.data()
    var data = made.data
    data.set(
      Table(
        name: "links",
        columns: [
          Column("from", numbers: [1180, 1005, 1181, 1181]),
          Column("to", numbers: [1002, 1180, 1003, 1002]),
        ]))
    let result = try Self.run(
      Self.study(
        "{support: {raise: 0}}",
        more: Self.relations.replacingOccurrences(
          of: "past: {ties: ties}", with: "past: {ties: links}")
          + "\npresence: {opens: opens, closes: closes, into: into}\nreplay: 1"),
      data: (data, made.places))
    let past = try Self.networks(result, "past", directed: false)
    let practice = try Self.networks(result, "practice", directed: true)
    #expect(past[2].hasTie(180, 2) && past[2].hasTie(181, 3))
    // 180 goes into 191, 181 nowhere.
    #expect(past[3].tieCount == 2 && past[3].hasTie(191, 2) && past[3].hasTie(191, 5))
    for year in 3...5 {
      for school in 180..<190 {
        #expect(practice[year].degree(school) + practice[year].inDegree(school) == 0)
      }
    }
    for school in 50..<60 {
      #expect(practice[1].degree(school) + practice[1].inDegree(school) == 0)
    }
    #expect((50..<60).contains { practice[5].degree($0) + practice[5].inDegree($0) > 0 })
    // Nor may a school have ties of any relation before it opens.
    data.set(
      Table(
        name: "links",
        columns: [Column("from", numbers: [1050]), Column("to", numbers: [1002])]))
    #expect(throws: ScenarioError.self) {
      try Self.run(
        Self.study(more: Self.relations + "\npresence: {opens: opens}", crossed: false),
        data: (data, made.places))
    }
  }

  /// After a policy has founded groups, ties come about within them, and not before.
  @Test func tiesFollowPresentGroups() throws {
    let result = try Self.run(
      Self.study(
        "{broker: {column: la, meetings: 0, from: 3}}", report: "members(family)",
        more: "replay: 1", crossed: false
      ).replacingOccurrences(
        of:
          "{density: -2.2, log-distance: -0.5, same(la): 0.4, similar(attainment): 0.3, transitivity: 0.2}",
        with: "{density: -30, together-in(family): 28}"))
    let networks = try Self.networks(result, nil, directed: false)
    #expect(networks[2].tieCount <= networks[0].tieCount)
    #expect(networks[5].tieCount > 200)
    let groups = try #require(result.tables.first { $0.name == "replay-groups" })
    var group = [Int](repeating: -1, count: 200)
    for row in groups.rows where row[0] == .text("tried") {
      guard case .count(let number) = row[2], case .count(let school) = row[4] else { continue }
      group[school - 1] = number
    }
    for (i, j) in Count.pairs(networks[5]) where !networks[2].hasTie(i, j) {
      #expect(group[i] >= 0 && group[i] == group[j])
    }
    // Without the policy there are no groups and no new ties.
    let ties = try #require(result.tables.first { $0.name == "replay-ties" })
    #expect(
      !ties.rows.contains {
        $0[0] == .text("none") && $0[4] == .text("begins") && $0[1] != .count(0)
      })
  }

  @Test func runawaysOfOtherRelationsAreNamed() {
    let yaml = Self.study(
      more: Self.relations.replacingOccurrences(
        of: "rate: 1 per year, effects: {density: -4, log-distance: -0.3",
        with: "rate: 200 per year, effects: {density: 3, log-distance: 0"))
    let error = #expect(throws: ScenarioError.self) { try Self.run(yaml) }
    guard case .runawayRelation("practice", "none", 1, let degree)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(degree > 50)
    #expect("\(error.map { "\($0)" } ?? "")".contains("ties of `practice` run away"))
  }

  @Test func backCastsSayWhereRelationsBegin() throws {
    let result = try Self.run(
      Self.study(
        more: Self.relations + "\nback-cast: {from: ties, to: links, years: 2, replicates: 20}"))
    #expect(result.diagnostics.contains { $0.code == "relations-not-back-cast" })
    // Practice without `ties` begins with none, which is said.
    let begun = try Self.run(
      Self.study(
        more: Self.relations.replacingOccurrences(of: "    ties: links\n", with: "")))
    #expect(
      begun.diagnostics.contains {
        $0.code == "no-ties-at-start" && $0.message.contains("`practice`")
      })
  }

  /// Every slip is found where it stands, in words that help.
  @Test(arguments: [
    ("tied-in(practice): 1.2", "tied-in(practise): 1.2", "unknown relation `practise`"),
    ("tied-in(practice): 1.2", "tied-in(practise): 1.2", "did you mean `practice`"),
    (
      "tied-in(practice): 1.2", "tied-in(partnership): 1.2",
      "looks at the ties of `partnership` itself"
    ),
    (
      "tied-in(partnership): 5", "tied-in(practice): 1.5",
      "looks at the ties of `practice` itself"
    ),
    ("tied-in(practice): 1.2", "\"tied-in(practice, past)\": 1.2", "expected one relation"),
    ("tied-in(practice): 1.2", "together-in(trusts): 1", "unknown kind of group `trusts`"),
    ("past: {ties: ties}", "partnership: {ties: ties}", "two relations are called `partnership`"),
    ("past: {ties: ties}", "past: {directed: true}", "relation `past` has no ties"),
    ("past: {ties: ties}", "past: {ties: tis}", "unknown table `tis`"),
    ("past: {ties: ties}", "past: {ties: bare}", "unknown column `to`"),
    ("rate: 1 per year, ", "", "`rate` is missing"),
    ("reciprocity: 1,", "same(lea): 1,", "unknown column `lea`"),
    ("reciprocity: 1,", "past(tis): 1,", "unknown table `tis`"),
    ("    directed: true\n", "", "needs `directed: true`"),
    ("reciprocity: 1,", "reciprocity: {prior: nothing},", "unknown prior `nothing`"),
    (
      "formation: {rate: 1", "formation: {consent: impose, rate: 1",
      "`consent` is for undirected ties"
    ),
    ("formation: {rate: 1", "formation: {years: 2, rate: 1", "`years` goes with `start`"),
    (
      "report: [mean(attainment), degree]", "report: [degree(practise)]",
      "unknown relation `practise`"
    ),
    (
      "report: [mean(attainment), degree]", "report: [\"degree(past, practice)\"]",
      "expected one relation or none"
    ),
    ("report: [mean(attainment), degree]", "report: [overlap]", "expected one relation"),
    ("report: [mean(attainment), degree]", "report: [overlap(partnership)]", "with themselves"),
    (
      "past: {ties: ties}", "past: {ties: ties}\ndiffusion: {rate: 0.1, relation: pst}",
      "unknown relation `pst`"
    ),
    ("source: assumption}", "source: assumption, relation: pst}", "unknown relation `pst`"),
    (
      "source: assumption}", "source: assumption, kind: trust, relation: past}",
      "`relation` goes with effects of ties"
    ),
    (
      "past: {ties: ties}",
      "past: {ties: ties}\nworkload: {capacity: 1, per-tie: 0, relation: pst}",
      "unknown relation `pst`"
    ),
    (
      "past: {ties: ties}", "past: {ties: ties}\ntrust: {years: {1: 1}, relation: pst}",
      "unknown relation `pst`"
    ),
  ])
  func slipsAreLocated(_ old: String, _ new: String, text: String) {
    let yaml = Self.study()
    #expect(yaml.contains(old), "\(old)")
    let changed = yaml.replacingOccurrences(of: old, with: new)
    do {
      try ScenariosStepTests.step(changed).check(in: Self.data().0)
      Issue.record("nothing is said of \(new)")
    } catch let errors as SpecErrors {
      // At the line that was changed, or at the relation's name above it where something is missing.
      let last = new.components(separatedBy: "\n").last ?? ""
      let line = changed.components(separatedBy: "\n").firstIndex { $0.contains(last) } ?? -2
      #expect(
        errors.problems.contains {
          "\($0)".contains(text) && (new.isEmpty || 0...3 ~= line + 1 - $0.location.line)
        }, "\(errors.problems.map(\.description))")
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test func mismatchedTrustIsRefused() {
    let yaml = Self.study(more: Self.relations + "\ntrust: {years: {1: 1}, relation: past}")
      .replacingOccurrences(of: "source: assumption}", with: "source: assumption, trust: true}")
    #expect(throws: SpecErrors.self) { try ScenariosStepTests.step(yaml) }
  }

  /// Where there is one relation alone, effects of others are refused with a way out.
  @Test func loneRelationsHaveNoOthers() {
    let error = #expect(throws: SpecErrors.self) {
      try ScenariosStepTests.step(Self.study(more: ""))
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("name it under `relations`"))
  }

  /// Estimation knows no groups that change, and says so.
  @Test func estimationHasNoPresentGroups() throws {
    let step = try FormationStepTests.step(
      StartingFormationTests.formation.replacingOccurrences(
        of: "effects: [", with: "effects: [together-in(trust), "))
    var message = ""
    do {
      let (data, places) = StartingFormationTests.data()
      _ = try step.run(in: data, places: places, seed: Seed(1), threads: 1)
    } catch { message = "\(error)" }
    #expect(message.contains("`together-in(trust)`") && message.contains("shared-group(COLUMN)"))
  }
}
