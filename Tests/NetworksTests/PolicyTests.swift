import Designs
import Foundation
import LinearAlgebra
import Networks
import Probability
import StudyFiles
import Tables
import Testing

/// Every policy does what it says, costs what it says, and says when it does nothing.
@Suite struct PolicyTests {
  /// The study of the other tests with other policies and measures, and few replicates.
  static func study(
    _ policy: String, report: String = "coverage, cost", more: String = "", effects: String? = nil
  ) -> String {
    var yaml = ScenariosStepTests.study
    let start = yaml.range(of: "  support:")?.lowerBound ?? yaml.endIndex
    let end = yaml.range(of: "report:")?.lowerBound ?? yaml.endIndex
    yaml.replaceSubrange(start..<end, with: "  tried: [\(policy)]\n")
    yaml = yaml.replacingOccurrences(
      of:
        "report: [mean(attainment), \"gap(attainment, fsm)\", variance(attainment), coverage, cost]",
      with: "report: [mean(attainment), \(report)]")
    yaml = yaml.replacingOccurrences(of: "at-most: 40", with: "at-most: 20")
    if let effects {
      yaml = yaml.replacingOccurrences(
        of: "partner: {years: {1: 0, 2: 0.02, 3: 0.04}, unit: sd, sd: 0.02, source: assumption}",
        with: effects)
    }
    return yaml + (more.isEmpty ? "" : "\n" + more)
  }

  static func value(
    _ result: ScenarioResult, _ outcome: String, time: Int = 5, policy: String = "tried",
    group: String = "all"
  ) -> Double {
    ScenariosStepTests.value(
      result, 0, "mean", policy: policy, outcome: outcome, group: group, time: time)
  }

  private func codes(_ result: ScenarioResult) -> [String] { result.diagnostics.map(\.code) }

  @Test func incentivesStartAndStop() throws {
    let result = try ScenariosStepTests.run(
      Self.study(
        "{incentive: {raise: 1.5, after: -1.5, from: 2, until: 3, cost: {GBP: 1000, per: school-year}}}",
        report: "coverage, cost, degree"))
    func contrast(_ outcome: String, _ time: Int) -> Double {
      ScenariosStepTests.value(
        result, 1, "difference", policy: "tried", outcome: outcome, time: time)
    }
    #expect(contrast("coverage", 1) == 0)
    #expect(contrast("coverage", 3) > 0.1)
    #expect(contrast("coverage", 5) < 0, "payment that stops crowds out")
    // Paid at the end of the year to those with a partner, in two years.
    let partnered = Self.value(result, "coverage", time: 2) * 200
    #expect(abs(Self.value(result, "cost", time: 2) - 1000 * partnered) < 1e-6 * 1000 * partnered)
    #expect(Self.value(result, "cost", time: 5) == Self.value(result, "cost", time: 3))
    #expect(Self.value(result, "cost", time: 1) == 0)
  }

  @Test func budgetsAreNeverExceeded() throws {
    for policy in [
      "{support: {raise: 1, cost: {GBP: 1000, per: school-year}, budget: {GBP: 250500}}}",
      "{incentive: {raise: 1, cost: {GBP: 1000, per: school-year}, budget: {GBP: 250500}}}",
      "{federate: {cost: {GBP: 100000, per: school}, budget: {GBP: 250500}}}",
      "{compel: {eligible: fsm > 20, cost: {GBP: 10000, per: school}, budget: {GBP: 250500}}}",
      "{rule: {does: raise, raise: 1, cost: {GBP: 1000, per: school-year}, budget: {GBP: 250500}}}",
      "{hub: {count: 4, radius: 20 km, budget: {GBP: 250500}}}",
    ] {
      let result = try ScenariosStepTests.run(Self.study(policy))
      let cost = Self.value(result, "cost")
      #expect(cost > 100_000 && cost <= 250_500 + 1e-6, "\(policy): \(cost)")
    }
  }

  @Test func brokersBringGroupsTogether() throws {
    let result = try ScenariosStepTests.run(
      Self.study(
        "{broker: {column: la, meetings: 3, raise: 1, from: 2, until: 3, cost: {GBP: 100, per: group-year}}}",
        report: "coverage, cost, members(family), degree"))
    #expect(Self.value(result, "members(family)", time: 1) == 0)
    #expect(Self.value(result, "members(family)", time: 2) == 1)
    #expect(Self.value(result, "members(family)", time: 4) == 0)
    #expect(Self.value(result, "cost") == 400)
    #expect(
      Self.value(result, "degree", time: 3) > Self.value(result, "degree", time: 3, policy: "none")
        + 0.3)
  }

  @Test func federationsPairWeakWithStrong() throws {
    let result = try ScenariosStepTests.run(
      Self.study(
        "{federate: {pair: high-low, per-year: 6, within: 20 km, cost: {GBP: 5000, per: school}}}",
        report: "coverage, cost, members(federation), span(federation)", more: "replay: 1",
        effects: "federation: {years: {1: 1}, source: assumption, role: {strong: 0.25, weak: 1}}"))
    #expect(abs(Self.value(result, "members(federation)", time: 1) - 12.0 / 200) < 1e-12)
    #expect(Self.value(result, "cost", time: 1) == 30_000)
    #expect(Self.value(result, "span(federation)") <= 20)
    let table = try #require(result.tables.first { $0.name == "replay-groups" })
    let attainment = ScenariosStepTests.numbers("attainment")
    let order = attainment.sorted()
    var groups: [Int: [Double]] = [:]
    for row in table.rows {
      guard case .count(let group) = row[2], case .count(let school) = row[4] else { continue }
      groups[group, default: []].append(attainment[school - 1])
    }
    #expect(groups.count >= 6)
    for members in groups.values {
      #expect(members.count == 2)
      #expect((members.min() ?? 0) <= order[39] && (members.max() ?? 0) >= order[160])
    }
    // One point each year from joining on for the weak side, a quarter of it for the strong one.
    let weights = ScenariosStepTests.numbers("roll")
    #expect(weights.count == 200)
    let gain =
      Self.value(result, "mean(attainment)", time: 1)
      - Self.value(result, "mean(attainment)", time: 0)
    #expect(gain > 0.02 && gain < 0.06, "\(gain)")
  }

  @Test func theCompelledJoinAndCountAsSuch() throws {
    let effect =
      "federation: {from: attainment, estimated-on: {members: volunteers, widen: 3}}"
    let carried = CarriedEstimate(
      terms: ["federated"], estimates: [0.3],
      covariance: .init(rows: 1, columns: 1, elements: [0.01]),
      unit: "")
    let compel = Self.study(
      "{compel: {eligible: fsm > 40, kind: federation, size: 4, within: 30 km, per-year: 10}}",
      report: "members(federation)", effects: effect)
    let result = try ScenariosStepTests.run(compel, estimates: ["attainment": carried])
    #expect(Self.value(result, "members(federation)", time: 1) > 10.0 / 200)
    #expect(codes(result).contains("effect-carried-over"))
    // Three times as wide as for volunteers.
    func width(_ yaml: String) throws -> Double {
      let result = try ScenariosStepTests.run(
        yaml.replacingOccurrences(of: "at-most: 20", with: "at-most: 200"),
        estimates: ["attainment": carried])
      return ScenariosStepTests.value(
        result, 1, "mcse", policy: "tried", outcome: "mean(attainment)", time: 2)
    }
    let free = compel.replacingOccurrences(
      of: ", estimated-on: {members: volunteers, widen: 3}", with: "")
    let ratio = try width(compel) / width(free)
    #expect(ratio > 1.3 && ratio < 3.01, "\(ratio): compelled members alone are wider")
  }

  @Test func hubsServeWhoIsNear() throws {
    let result = try ScenariosStepTests.run(
      Self.study(
        "{hub: {count: 5, radius: 15 km, capacity: 20, intake: 4, budget: {GBP: 1000000}, until: 4}}",
        report: "cost, members(hub), span(hub)"))
    #expect(Self.value(result, "members(hub)", time: 1) <= 20.0 / 200 + 1e-12)
    #expect(Self.value(result, "members(hub)", time: 1) > 0.08)
    #expect(Self.value(result, "members(hub)", time: 4) > 0.3)
    #expect(Self.value(result, "members(hub)", time: 5) == 0)
    // A million over five hubs and four years.
    #expect(abs(Self.value(result, "cost", time: 1) - 250_000) < 1e-6)
    #expect(abs(Self.value(result, "cost", time: 5) - 1_000_000) < 1e-6)
    #expect(Self.value(result, "span(hub)", time: 4) < 30)
  }

  @Test func trustsGrowAndAreRebrokered() throws {
    let result = try ScenariosStepTests.run(
      Self.study(
        "{trust: {joins: 0.2, rebroker: 0.5, size: 8, within: 25 km}}", report: "members(trust)",
        more: "replay: 3"))
    let members = (0...5).map { Self.value(result, "members(trust)", time: $0) }
    #expect(members[0] == 0 && members[1] > 0.15 && members[5] > 0.6)
    let rows = try #require(result.tables.first { $0.name == "replay-groups" }).rows
    #expect(rows.contains { $0[5] == .text("leaves") }, "weak schools are moved")
    var size: [Int: Int] = [:]
    for row in rows {
      guard case .count(let group) = row[2] else { continue }
      size[group, default: 0] += row[5] == .text("joins") ? 1 : -1
    }
    #expect(size.values.max() ?? 0 <= 8)
  }

  @Test func programmesRunInPhases() throws {
    let policy =
      "{programme: {column: la, phases: {trust: {from: 1, until: 1, raise: 0.5}, "
      + "embedding: {from: 2, until: 3, raise: 0.5, activities: {lesson-study: 0.5, rounds: 0.4}}}}}"
    let result = try ScenariosStepTests.run(
      Self.study(
        policy, report: "members(programme), degree",
        effects: "programme: {years: {1: 1}, source: assumption, decay: 0.5}"))
    func gain(_ time: Int) -> Double {
      Self.value(result, "mean(attainment)", time: time)
        - Self.value(result, "mean(attainment)", time: 0)
    }
    #expect(abs(gain(1)) < 1e-12, "no activity, no effect")
    #expect(abs(gain(2) - 0.7) < 1e-9, "1 - 0.5 * 0.6")
    #expect(abs(gain(4) - 0.35) < 1e-9, "half of it a year after the end")
    #expect(Self.value(result, "members(programme)", time: 3) == 1)
    #expect(Self.value(result, "members(programme)", time: 4) == 0)
  }

  @Test func shocksStopMoneyAndTrust() throws {
    let support = "{support: {raise: 1, cost: {GBP: 10, per: school-year}}}"
    let result = try ScenariosStepTests.run(
      Self.study(
        "\(support), {shock: {from: 3, until: 3, funding: stops, turnover: 1}}",
        report: "cost, trust", more: "trust: {years: {1: 0.5, 2: 1}}"))
    #expect(Self.value(result, "cost", time: 5) == 4000, "two years of 200 schools")
    #expect(Self.value(result, "trust", time: 3) == 0, "everybody starts again")
    #expect(Self.value(result, "trust", time: 2) > 0.1)
    #expect(
      Self.value(result, "trust", time: 3, policy: "none") > 0.02, "without a shock some is left")
  }

  @Test func rulesActOnTheStateOfTheWorld() throws {
    let result = try ScenariosStepTests.run(
      Self.study(
        "{rule: {eligible: now.partners == 0, whom: now.partners < 3 and fsm < 40, does: tie, within: 40 km}}",
        report: "isolates, degree"))
    // Ties of the start of a year can end within it, so that some are alone again at its end.
    for time in 1...5 {
      #expect(
        Self.value(result, "isolates", time: time)
          < Self.value(result, "isolates", time: time, policy: "none") - 0.03)
    }
    let joined = try ScenariosStepTests.run(
      Self.study(
        "{rule: {eligible: fsm > 30 and now.federation == 0, whom: fsm < 20, does: join, prefer: best, size: 3}}",
        report: "members(federation)"))
    #expect(Self.value(joined, "members(federation)", time: 1) > 0.3)
    let left = try ScenariosStepTests.run(
      Self.study(
        "{federate: {per-year: 5, until: 1}}, {rule: {eligible: now.federation > 0 and now.year == 3, "
          + "does: leave, kind: federation}}", report: "members(federation)"))
    #expect(abs(Self.value(left, "members(federation)", time: 2) - 10.0 / 200) < 1e-12)
    #expect(Self.value(left, "members(federation)", time: 3) == 0)
  }

  @Test func actionsAreComposable() throws {
    let result = try ScenariosStepTests.run(
      Self.study(
        "{support: {raise: 0.5, cost: {GBP: 1, per: school-year}}}, {federate: {per-year: 3}}, "
          + "{trust: {joins: 0.05}}, {broker: {column: la}}, {shock: {from: 5, lift: -1}}",
        report: "members(federation), members(trust), members(family), cost"))
    for measure in ["members(federation)", "members(trust)", "members(family)"] {
      #expect(Self.value(result, measure, time: 4) > 0, "\(measure)")
    }
    #expect(
      Self.value(result, "members(federation)") + Self.value(result, "members(trust)") <= 1,
      "governed once")
  }

  @Test(arguments: [
    ("{support: {raise: 1, budget: {GBP: 0}, cost: {GBP: 5, per: school-year}}}", "budget-zero"),
    ("{federate: {per-year: 0}}", "policy-never-applies"),
    ("{trust: {joins: 0}}", "policy-never-applies"),
    ("{rule: {eligible: now.partners > 1000, does: raise, raise: 1}}", "policy-never-applies"),
    ("{hub: {count: 150, radius: 2 km}}", "hubs-not-placed"),
    (
      "{support: {raise: 1, budget: {GBP: 4}, cost: {GBP: 5, per: school-year}}}",
      "policy-never-applies"
    ),
  ])
  func whatDoesNothingIsSaid(policy: String, code: String) throws {
    #expect(codes(try ScenariosStepTests.run(Self.study(policy))).contains(code))
  }

  @Test(arguments: [
    ("{federate: {pair: high-hi}}", "unknown way of pairing `high-hi`"),
    ("{federte: {}}", "unknown policy `federte`; did you mean `federate`?"),
    ("{support: {raise: {prior: suport-raise}}}", "did you mean `support-raise`?"),
    ("{support: {raise: {normal: [1, 0], source: assumption}}}", "must be above 0"),
    ("{support: {raise: {normal: [1, 1]}}}", "need `source: evidence`"),
    ("{support: {raise: 1, budget: {GBP: 10}}}", "give the `cost` of one unit"),
    ("{support: {raise: 1, cost: {GBP: 10, per: group}}}", "expected a cost per `school-year`"),
    ("{broker: {}}", "either `groups: STEP` or `column: NAME`"),
    ("{broker: {column: laa}}", "unknown column `laa`"),
    ("{compel: {kind: trust}}", "missing key `eligible`"),
    ("{compel: {eligible: fsm > 3, kind: ties}}", "expected `federation`"),
    ("{hub: {count: 3, leads: now.outcome > 1}}", "before the simulation"),
    ("{rule: {does: leave, whom: fsm > 3}}", "does not go with `does: leave`"),
    ("{rule: {does: tie, eligible: now.partner > 3}}", "unknown column `now.partner`"),
    ("{shock: {from: 2}}", "a shock does something"),
    (
      "{programme: {column: la, phases: {a: {from: 2, until: 3}, b: {from: 3, until: 4}}}}",
      "phases in the order of time"
    ),
    ("{trust: {joins: 1.5}}", "a probability from 0 to 1"),
  ])
  func contradictionsAreLocated(policy: String, text: String) {
    do {
      let step = try ScenariosStepTests.step(Self.study(policy))
      try step.check(in: ScenariosStepTests.data().0)
      Issue.record("\(policy) is accepted")
    } catch let errors as SpecErrors {
      #expect(
        errors.problems.contains { "\($0)".contains(text) && $0.location.line == 14 },
        "\(errors)")
    } catch {
      Issue.record("\(error)")
    }
  }

  /// Whatever the policy, time 0 is the same, and threads change nothing.
  @Test func threadsChangeNothingUnderAnyPolicy() throws {
    let yaml = Self.study(
      "{federate: {per-year: 3}}, {trust: {joins: {prior: rebrokerage}, rebroker: 0.3}}, "
        + "{programme: {column: la, phases: {a: {from: 1, until: 4, activities: {x: {uniform: [0, 1], "
        + "source: assumption}}}}}}", report: "degree, members(trust)")
    let (one, two) = (
      try ScenariosStepTests.run(yaml, threads: 1), try ScenariosStepTests.run(yaml, threads: 3)
    )
    #expect(one.tables == two.tables)
    #expect(
      ScenariosStepTests.value(
        one, 1, "high", policy: "tried", outcome: "mean(attainment)", time: 0) == 0)
  }
}

extension PolicyTests {
  /// Groups that are larger at the start than a policy lets them be keep their members, take no more, and are named.
  @Test func groupsAboveTheirLimitAreSaid() throws {
    let result = try ScenariosStepTests.run(
      Self.study(
        "{trust: {joins: 0.5, size: 8, within: 25 km}}", report: "members(trust)",
        more: "memberships: {table: schools, group: la, as: trust}"))
    let found = result.diagnostics.filter { $0.code == "group-above-limit" }
    #expect(found.count == 1 && found[0].message.contains("policy `tried`"))
    #expect(Self.value(result, "members(trust)", time: 5) == 1)
  }

  /// A study whose ties change by policies alone.
  static func still(_ policy: String, report: String, more: String = "") -> String {
    study(policy, report: report, more: more)
      .replacingOccurrences(of: "rate: 2 per year", with: "rate: 0 per year")
      .replacingOccurrences(of: "at-most: 20", with: "at-most: 100")
  }

  static func error(_ result: ScenarioResult, _ outcome: String, time: Int) -> Double {
    ScenariosStepTests.value(result, 0, "mcse", policy: "tried", outcome: outcome, time: time)
  }

  /// Ties that stay: with a share q of heads leaving each year a tie goes on with s = (1 − q)², so that it has lasted a
  /// year or more, and two or more, with s and s²: trust is s(1 − s)/2 + s² from the second year on where a year brings
  /// half. z = 4.5, with fixed seeds.
  @Test func trustIsItsClosedForm() throws {
    let result = try ScenariosStepTests.run(
      Self.still(
        "{shock: {from: 4, until: 4, turnover: 1}}", report: "trust, degree",
        more: "trust: {years: {1: 0.5, 2: 1}, turnover: 0.2}"))
    let s = 0.8 * 0.8
    for (time, expected) in [
      (1, s / 2), (2, s * (1 - s) / 2 + s * s), (3, s * (1 - s) / 2 + s * s),
    ] {
      let error = Self.error(result, "trust", time: time)
      #expect(error > 0 && error < 0.02)
      #expect(abs(Self.value(result, "trust", time: time) - expected) < 4.5 * error, "\(time)")
    }
    #expect(Self.value(result, "trust", time: 4) == 0)
    #expect(
      abs(Self.value(result, "trust", time: 5) - s / 2) < 4.5 * Self.error(result, "trust", time: 5)
    )
    let sure = try ScenariosStepTests.run(
      Self.still("{support: {raise: 1}}", report: "trust", more: "trust: {years: {1: 0.5, 2: 1}}"))
    for (time, expected) in [(1, 0.5), (2, 1.0), (5, 1.0)] {
      #expect(abs(Self.value(sure, "trust", time: time) - expected) < 1e-12)
    }
  }

  /// Where nothing else moves, a rule that ties every isolate leaves none, and one that ends ties leaves all alone.
  @Test func rulesLeaveWhatTheySay() throws {
    let tied = try ScenariosStepTests.run(
      Self.still("{rule: {eligible: now.partners == 0, does: tie}}", report: "isolates"))
    #expect(
      Self.value(tied, "isolates", time: 1) == 0 && Self.value(tied, "isolates", time: 5) == 0)
    #expect(
      Self.value(tied, "isolates", time: 0) == Self.value(tied, "isolates", time: 5, policy: "none")
    )
    let ended = try ScenariosStepTests.run(
      Self.still("{rule: {eligible: now.partners > 0, does: end}}", report: "isolates"))
    #expect(Self.value(ended, "isolates", time: 5) == 1)
  }

  /// 200 schools each meet one other; both weigh −1 with an offset of 0.5, so that a meeting makes a tie with
  /// *l*(−0.5)². Two meetings of one pair make one tie: of about a hundredth of pairs.
  @Test func meetingsMakeTiesAsTheyShould() throws {
    let yaml = Self.still(
      "{broker: {column: la, meetings: 1, from: 1, until: 1}}", report: "degree"
    )
    .replacingOccurrences(of: "ties: ties\n", with: "")
    .replacingOccurrences(of: "consent: confirm", with: "consent: {confirm: {offset: 0.5}}")
    let start = try #require(yaml.range(of: "effects: {density"))
    let end = try #require(yaml.range(of: "}", range: start.upperBound..<yaml.endIndex))
    let result = try ScenariosStepTests.run(
      yaml.replacingCharacters(
        in: start.lowerBound..<end.upperBound, with: "effects: {density: -1}"))
    let each = PortableMath.logistic(-0.5)
    let expected = 2 * each * each
    let error = Self.error(result, "degree", time: 1)
    #expect(error > 0 && error < 0.01)
    #expect(
      abs(Self.value(result, "degree", time: 1) - expected) < 4.5 * error + 0.02 * expected)
    #expect(Self.value(result, "degree", time: 5) == Self.value(result, "degree", time: 1))
  }
}
