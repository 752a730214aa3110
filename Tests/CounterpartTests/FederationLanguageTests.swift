import Counterpart
import Foundation
import StudyFiles
import TestSupport
import Testing

/// What a study of federations can say beyond its main models, on synthetic federations.
@Suite(.serialized) struct FederationLanguageTests {
  private typealias Scratch = FederationStudyTests.Scratch

  private func number(_ row: [String: String], _ name: String) throws -> Double {
    try #require(Double(row[name] ?? ""))
  }

  private static let model = """
      poor:
        multilevel:
          data: pupils
          sample: comparators
          nesting: partial
          lag: 3
          formula: reading ~ federated * pupils.fsm + pupils.prior + (1 + pupils.fsm | urn)
          equivalence: {"federated:pupils.fsm": 0.05 sd}
    """

  @Test func bothMeaningsOfNoDifferentialImpact() throws {
    let scratch = try Scratch(
      FederationStudyTests.study(
        steps: Self.model + """

            same:
              equivalence: {of: poor, term: "pupils.fsm:federated", within: 0.05 sd}
            on-the-poor:
              equivalence: {of: poor, term: federated, at: {pupils.fsm: 1}, within: 0.1}
            all:
              equivalence: {of: attainment, term: federated, within: 0.4 sd}
          """))
    defer { scratch.remove() }
    let tables = try scratch.run()
    let own = try #require(tables["poor.equivalence"]?.first)
    let same = try #require(tables["same.equivalence"]?.first)
    for key in ["estimate", "std_error", "df", "p_low", "p_high", "ci_low", "verdict"] {
      #expect(same[key] == own[key], "\(key)")
    }
    // The sum of two coefficients, with the variance of the sum.
    let coefficients = try #require(tables["poor.coefficients"])
    let pairs = try #require(tables["poor.covariance"])
    func estimate(_ term: String) throws -> Double {
      try number(try #require(coefficients.first { $0["term"] == term }), "estimate")
    }
    func covariance(_ a: String, _ b: String) throws -> Double {
      let row = try #require(
        pairs.first { $0["term"] == a && $0["other"] == b }
          ?? pairs.first { $0["term"] == b && $0["other"] == a })
      return try number(row, "covariance")
    }
    let terms = ("federated", "federated:pupils.fsm")
    let poor = try #require(tables["on-the-poor.equivalence"]?.first)
    #expect(poor["term"] == "federated at pupils.fsm = 1")
    #expect(
      isClose(
        try number(poor, "estimate"), try estimate(terms.0) + estimate(terms.1), absolute: 1e-12))
    let variance =
      try covariance(terms.0, terms.0) + covariance(terms.1, terms.1)
      + 2 * covariance(terms.0, terms.1)
    #expect(isClose(try number(poor, "std_error"), variance.squareRoot(), relative: 1e-10))
    #expect(poor["low_bound"] == "-0.1" && poor["high_bound"] == "0.1")
    // One row a pass of the model's loop.
    let all = try #require(tables["all.equivalence"])
    #expect(
      all.map { "\($0["outcome"] ?? "") \($0["lag"] ?? "")" }
        == ["reading 1", "reading 3", "maths 1", "maths 3"])
  }

  @Test(arguments: [
    ("{of: poor, term: federeted, within: 0.05 sd}", "did you mean `federated`?"),
    (
      "{of: poor, term: federated, at: {fsm: 1}, within: 0.05 sd}",
      "say at which value of `pupils.fsm`"
    ),
    ("{of: comparators, term: federated, within: 1}", "does not provide fitted multilevel models"),
    ("{of: poor, term: federated, within: 0 sd}", "a number above 0"),
    ("{of: poor, term: federated}", "within"),
  ])
  func equivalenceThatCannotBeTestedIsRefusedWhereItStands(step: String, message: String) throws {
    let scratch = try Scratch(
      FederationStudyTests.study(steps: Self.model + "\n  same:\n    equivalence: \(step)"))
    defer { scratch.remove() }
    let problem = try #require(scratch.problem())
    #expect(problem.contains(message), "\(problem)")
    #expect(problem.hasPrefix("study.yaml:"))
  }

  @Test func theGateLooksAtPupilsOfTheBaseYear() throws {
    let scratch = try Scratch(
      FederationStudyTests.study().replacingOccurrences(
        of: "apart: 3 km",
        with: "apart: 3 km\n      gate: {wwc: [pupils.prior @ base], max-smd: 9}"))
    defer { scratch.remove() }
    let tables = try scratch.run()
    let gate = try #require(tables["comparators.gate"]?.first { $0["gate"] == "wwc" })
    // By hand: means of the pupils of both arms in the base year over their pooled standard deviation.
    let arms = try #require(tables["comparators.units"]).filter {
      (Double($0["weight"] ?? "") ?? 0) > 0
    }
    var arm: [String: Int] = [:]
    for row in arms { arm[row["unit"] ?? ""] = row["arm"] == "treated" ? 1 : 0 }
    let pupils = Scratch.rows(
      try String(contentsOfFile: "\(scratch.folder)/data/pupils.csv", encoding: .utf8))
    var values: [[Double]] = [[], []]
    for pupil in pupils {
      if let own = arm["\(pupil["urn"] ?? "")@\(pupil["year"] ?? "")"],
        let prior = Double(pupil["prior"] ?? "")
      {
        values[own].append(prior)
      }
    }
    let means = values.map { $0.reduce(0, +) / Double($0.count) }
    let squares = zip(values, means).map { list, mean in
      list.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    let n = Double(values[0].count + values[1].count)
    let pooled = ((squares[0] + squares[1]) / (n - 2)).squareRoot()
    let expected = (1 - 3 / (4 * n - 9)) * (means[1] - means[0]) / pooled
    #expect(isClose(try number(gate, "value"), expected, relative: 1e-9))
  }

  @Test func theEffectIsCountedPerPupilAndPerSchool() throws {
    let scratch = try Scratch(FederationStudyTests.study())
    defer { scratch.remove() }
    let rows = try #require(try scratch.run()["attainment.estimand"])
    let third = rows.filter { $0["lag"] == "3" && $0["outcome"] == "reading" }
    #expect(third.map { $0["per"] } == ["pupil", "school"])
    #expect(third.map { $0["asked"] } == ["yes", "no"])
    #expect(third[0]["estimate"] != third[1]["estimate"])
    #expect(try number(third[0], "df") == (try number(third[0], "clusters")) - 1)
  }

  @Test func aMatchedSampleCanBeFollowedOverYears() throws {
    let study = FederationStudyTests.study(
      steps: """
          over-years:
            event-study:
              data: results
              unit: urn
              year: results.year
              joined: start
              outcome: results.prior
              sample: comparators
              bounds: {relative-magnitudes: [1]}
        """
    ).replacingOccurrences(
      of: "prepare:\n",
      with:
        "  results: {file: data/results.csv, key: [urn, year], link: {urn: schools.urn}}\nprepare:\n"
    )
    let scratch = try Scratch(study)
    defer { scratch.remove() }
    // The first school year of membership beside each school and year.
    var joined: [String: String] = [:]
    let membership = Scratch.rows(
      try String(contentsOfFile: "\(scratch.folder)/data/membership.csv", encoding: .utf8))
    for row in membership where row["kind"] == "federation" {
      let year = (Int(row["joined"]?.prefix(4) ?? "") ?? 0) + 1
      joined[row["urn"] ?? ""] = "\(year)"
    }
    let schools = Scratch.rows(
      try String(contentsOfFile: "\(scratch.folder)/data/schools.csv", encoding: .utf8))
    let results = schools.map { row in
      let urn = row["urn"] ?? ""
      return "\(urn),\(row["year"] ?? ""),\(joined[urn] ?? ""),\(row["prior"] ?? "")"
    }
    try ("urn,year,start,prior\n" + results.joined(separator: "\n") + "\n").write(
      toFile: "\(scratch.folder)/data/results.csv", atomically: true, encoding: .utf8)
    let tables = try scratch.run()
    let used = try #require(tables["comparators.units"]).filter {
      (Double($0["weight"] ?? "") ?? 0) > 0
    }
    let cells = try #require(tables["over-years.group_time"])
    // Each cohort has its own matched pairs and nobody else.
    for cell in cells where cell["estimate"]?.isEmpty == false {
      let base = (try #require(Int(cell["cohort"] ?? ""))) - 1
      let treated = used.filter {
        $0["arm"] == "treated" && $0["unit"]?.hasSuffix("@\(base)") == true
      }
      #expect(try number(cell, "treated") <= Double(treated.count))
      #expect(try number(cell, "comparators") <= Double(treated.count))
    }
    #expect(tables["over-years.event_time"]?.isEmpty == false)
  }

  @Test(arguments: [
    ("mean(prior, by = urn) @ base", "takes all years of a unit together"),
    ("level @ base", "takes all years of a unit together"),
  ])
  func whatPoolsLaterYearsIsRefusedInMatching(covariate: String, message: String) throws {
    let scratch = try Scratch(
      FederationStudyTests.study(match: ", \"\(covariate)\"").replacingOccurrences(
        of: "    log_roll: log(roll)\n",
        with: "    log_roll: log(roll)\n    level: max(attainment, by = urn) - 1\n"))
    defer { scratch.remove() }
    let problem = try #require(scratch.problem())
    #expect(problem.contains(message), "\(problem)")
  }

  /// A column does not lose its date by being prepared under another name.
  @Test(arguments: [
    ("  candidates:\n    later: attainment @ (base + 3)", "later` from `attainment @ (base + 3)"),
    ("  membership:\n    later: prior @ (base + 2)", "later` from `prior @ (base + 2)"),
    ("  groups:\n    later: mean(prior @ (base + 1))", "later` from `prior @ (base + 1)"),
  ])
  func preparedColumnsKeepTheirDates(preparation: String, message: String) throws {
    let table = preparation.prefix { $0 != "\n" }
    let study = FederationStudyTests.study(match: ", later")
    // Tables stand among the data under the same names.
    let place = try #require(study.range(of: "prepare:\n"))
    let (data, prepared) = (study[..<place.upperBound], study[place.upperBound...])
    let text =
      data
      + (prepared.contains("\(table)\n")
        ? prepared.replacingOccurrences(of: "\(table)\n", with: "\(preparation)\n")
        : "\(preparation)\n\(prepared)")
    let scratch = try Scratch(String(text))
    defer { scratch.remove() }
    let problem = try #require(scratch.problem())
    #expect(problem.contains(message), "\(problem)")
    #expect(problem.contains("allow-post-treatment"))
  }
}
