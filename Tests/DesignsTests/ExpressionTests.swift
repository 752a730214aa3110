import Designs
import Tables
import Testing

private let missing = Double.nan

@Suite struct ExpressionTests {
  @Test(arguments: [
    ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("2 ^ 3 ^ 2", 512), ("-2 ^ 2", -4), ("2 ^ -1", 0.5),
    ("1 - 2 - 3", -4), ("8 / 4 / 2", 1), (".5 + 1.5e1", 15.5), ("abs(-3)", 3), ("round(2.5)", 2),
    ("round(3.14159, 2)", 3.14), ("round(1234, -2)", 1200), ("round(2.345, digits = 1)", 2.3),
    ("sqrt(16)", 4), ("exp(0)", 1), ("log(1)", 0), ("min(3, 1, 2)", 1), ("max(3, 1, 2)", 3),
    ("if 1 < 2 then 5 else 6", 5), ("if false then 5 else if true then 6 else 7", 6),
    ("true and not false", 1), ("true & !true", 0), ("false | true", 1), ("not 1 == 2 and true", 1),
    ("true or true and false", 1), ("3 in [1, 2, 3]", 1), ("3 not in [1, 2, 3]", 0),
    ("-1 in [-1]", 1), ("2017-09-01 - 2017-08-01", 31), ("2017-09-01 > 2017-08-31", 1),
    ("2016-02-29 - 1970-01-01", 16_860), ("\"a\" == 'a'", 1), ("\"it\"\"s\" == 'it\"s'", 1),
    ("contains(\"federation\", \"fed\")", 1), ("contains(\"federation\", \"trust\")", 0),
    ("missing(3)", 0), ("2 < 3 and 3 <= 3 and 4 > 3 and 4 >= 4 and 1 != 2", 1),
  ])
  func constants(source: String, value: Double) throws {
    #expect(same(try Sample.numbers(source), [value, value, value, value]), "\(source)")
  }

  @Test func logicWithMissingValuesIsKleenes() throws {
    // A logical value that is missing in the rows of pupils is `fsm` in the third.
    let unknown = "(pupils.fsm == 1)"
    let values = ["true": 1.0, "false": 0.0, unknown: missing]
    for (a, x) in values {
      for (b, y) in values {
        let both: Double = x == 0 || y == 0 ? 0 : x.isNaN || y.isNaN ? missing : 1
        let either: Double = x == 1 || y == 1 ? 1 : x.isNaN || y.isNaN ? missing : 0
        #expect(same([try Sample.numbers("\(a) and \(b)", in: "pupils")[2]], [both]))
        #expect(same([try Sample.numbers("\(a) or \(b)", in: "pupils")[2]], [either]))
      }
      let negation = x.isNaN ? missing : 1 - x
      #expect(same([try Sample.numbers("not \(a)", in: "pupils")[2]], [negation]))
    }
  }

  @Test func missingValuesStayMissing() throws {
    #expect(same(try Sample.numbers("roll < 200"), [1, 1, 0, missing]))
    #expect(same(try Sample.numbers("roll + 1"), [101, 1, 301, missing]))
    #expect(same(try Sample.numbers("phase == \"primary\""), [1, 1, 0, missing]))
    #expect(same(try Sample.numbers("phase in [\"primary\"]"), [1, 1, 0, missing]))
    #expect(same(try Sample.numbers("phase not in [\"primary\"]"), [0, 0, 1, missing]))
    #expect(same(try Sample.numbers("missing(phase)"), [0, 0, 0, 1]))
    #expect(same(try Sample.numbers("missing(schools.roll)", in: "pupils").suffix(2), [0, 1]))
    #expect(same(try Sample.numbers("if roll > 50 then 1 else 2"), [1, 2, 1, missing]))
    #expect(same(try Sample.numbers("min(roll, 200)"), [100, 0, 200, missing]))
    #expect(same(try Sample.numbers("contains(name, \"St \")"), [1, 0, 1, missing]))
    #expect(same(try Sample.numbers("opened >= 2017-09-01"), [0, 0, 1, missing]))
  }

  @Test func textsAndDates() throws {
    #expect(
      try Sample.texts("if roll > 50 then phase else \"small\"")
        == ["primary", "small", "secondary", nil])
    let column = try Expression(parsing: "if fsm > 15 then \"poor\" else \"rich\"")
      .evaluate(in: Sample.data, table: "schools", as: "band").column
    #expect(column.name == "band")
    #expect(column.type == .category)
    #expect(column.storage == .codes([1, 0, 0, 0], levels: ["poor", "rich"]))
    let dates = try Expression(parsing: "opened + 365").evaluate(
      in: Sample.data, table: "schools", as: "d"
    ).column
    #expect(dates.type == .date)
    #expect(same(try Sample.numbers("max(opened)"), [17_410, 17_410, 17_410, 17_410]))
    #expect(try Sample.texts("name") == ["St Mary", "Oak Hill", "St John", nil])
    #expect(same(try Sample.numbers("phase == la"), [0, 0, 0, missing]))
  }

  @Test func aggregatesOfTheOwnTable() throws {
    func check(_ source: String, _ value: Double) throws {
      let found = try Sample.numbers(source, in: "pupils")
      #expect(same(found, Array(repeating: value, count: 8)), "\(source)")
    }
    try check("mean(ses)", 33.0 / 7)
    try check("sum(ses)", 33)
    try check("count(ses)", 7)
    try check("min(ses)", 1)
    try check("max(ses)", 9)
    try check("median(ses)", 4)
    try check("sd(score)", (55.5 / 7).squareRoot())
    try check("mean(girl)", 0.625)
    try check("sum(score > 9)", 5)
    let s1 = 2.0, s2 = 4.0, s3 = 7.0
    #expect(
      same(
        try Sample.numbers("mean(ses, by = school)", in: "pupils"),
        [s1, s1, s1, s2, s2, s3, s3, missing]))
    #expect(
      same(
        try Sample.numbers("sd(ses, by = pupils.school)", in: "pupils"),
        [1, 1, 1, missing, missing, 2.0.squareRoot(), 2.0.squareRoot(), missing]))
    #expect(
      same(
        try Sample.numbers("count(ses, by = la)", in: "pupils"), [4, 4, 4, 4, 4, 2, 2, missing]))
    #expect(
      same(try Sample.numbers("mean(fsm, by = la)"), [15, 15, 35, 35]))
    #expect(
      same(
        try Sample.numbers("ses - mean(ses, by = school)", in: "pupils"),
        [-1, 0, 1, 0, missing, -1, 1, missing]))
  }

  @Test func aggregatesOfATableBelow() throws {
    for by in ["school", "pupils.school", "schools.school"] {
      #expect(
        same(try Sample.numbers("mean(pupils.ses, by = \(by))"), [2, 4, 7, missing]), "\(by)")
      #expect(same(try Sample.numbers("sum(pupils.ses, by = \(by))"), [6, 4, 14, 0]))
      #expect(same(try Sample.numbers("count(pupils.ses, by = \(by))"), [3, 1, 2, 0]))
    }
    #expect(
      same(try Sample.numbers("median(pupils.score, by = la)"), [12, 12, 8.5, 8.5]))
    #expect(
      same(
        try Sample.numbers("mean(pupils.ses * schools.fsm, by = school)"),
        [20, 80, 210, missing]))
    #expect(same(try Sample.numbers("sum(pupils.score)"), [86, 86, 86, 86]))
    #expect(
      same(
        try Sample.numbers("roll / count(pupils.ses, by = school)").prefix(3), [100 / 3.0, 0, 150]))
  }

  @Test func standardising() throws {
    let all = try Sample.numbers("standardise(score)", in: "pupils")
    #expect(abs(all.reduce(0, +)) < 1e-14)
    #expect(abs(all.reduce(0) { $0 + $1 * $1 } - 7) < 1e-13)
    let by = try Sample.numbers("standardise(ses, by = school)", in: "pupils")
    #expect(same(Array(by[0..<3]), [-1, 0, 1]))
    #expect(by[3].isNaN && by[7].isNaN)
  }

  @Test func resultsThatDoNotExistAreMissingAndCounted() throws {
    let logarithm = try Expression(parsing: "log(roll)")
      .evaluate(in: Sample.data, table: "schools", as: "v")
    #expect(logarithm.column.isMissing(1))
    #expect(logarithm.diagnostics.map(\.code) == ["no-result-log"])
    #expect(
      logarithm.diagnostics.first?.message
        == "`log(roll)` has no result in 1 row of `schools` (not above zero): counted as missing")
    let ratio = try Expression(parsing: "fsm / roll + 0 / roll")
      .evaluate(in: Sample.data, table: "schools", as: "v")
    #expect(ratio.column.isMissing(1))
    #expect(ratio.diagnostics.count == 2)
    // Counted where the values live, not once for each pupil.
    let linked = try Expression(parsing: "log(roll)")
      .evaluate(in: Sample.data, table: "pupils", as: "v")
    #expect(linked.diagnostics == logarithm.diagnostics)
    let none = try Expression(parsing: "sqrt(fsm)")
      .evaluate(in: Sample.data, table: "schools", as: "v")
    #expect(none.diagnostics.isEmpty)
  }

  @Test func rulesCountWhatTheyCannotDecide() throws {
    let rule = try Expression(parsing: "roll >= 100 and phase != \"special\" or fsm == 20")
    #expect(throws: ExpressionError.self) {
      try rule.evaluateLogical(in: Sample.data, table: "schools")
    }
    let outcome = try Expression(parsing: "roll >= 100 and phase == \"primary\" or fsm == 20")
      .evaluateLogical(in: Sample.data, table: "schools")
    #expect(outcome.verdicts == [.holds, .holds, .fails, .missing])
    #expect(outcome.rows == [0, 1])
    #expect(outcome.count(.missing) == 1)
  }

  @Test func membershipFollowsEpisodes() throws {
    func check(_ source: String, _ values: [Double]) throws {
      #expect(same(try Sample.numbers(source), values), "\(source)")
    }
    try check("member(membership)", [1, 1, 1, 0])
    try check("member(membership, kind == \"federation\")", [1, 1, 0, 0])
    try check("member(membership, membership.kind == \"trust\")", [1, 1, 1, 0])
    // An episode ends before the day on which the unit leaves; s3 joined on a day that is not known.
    try check("member(membership, at = 2017-08-31)", [1, 0, missing, 0])
    try check("member(membership, at = 2017-09-01)", [1, 1, 0, 0])
    try check("member(membership, kind == \"federation\", at = 2017-09-01)", [0, 1, 0, 0])
    try check("member(membership, group == \"A\", at = 2015-01-01)", [1, 0, 0, 0])
    try check("member(membership, at = 2014-12-31)", [0, 0, missing, 0])
    try check("member(membership, at = opened)", [0, 0, 0, missing])
    try check(
      "years_since_joining(membership, at = 2018-01-01)",
      [3, 122 / 365.0, missing, missing])
    try check("group_size(membership, at = 2017-09-01)", [1, 1, 0, 0])
    try check("group_size(membership, at = 2018-09-01)", [2, 2, 0, 0])
    #expect(
      same(
        try Sample.numbers("member(membership, at = 2017-09-01)", in: "pupils"),
        [1, 1, 1, 1, 1, 0, 0, missing]))
    #expect(
      same(
        try Sample.numbers("member(membership, schools.fsm > 15)"), [0, 1, 1, 0]))
  }

  @Test func namesAreFoundWithTheirPlaces() throws {
    let expression = try Expression(
      parsing: "log(roll) + mean(pupils.ses, by = school) * `odd name` > 2")
    #expect(expression.names.map(\.name) == ["roll", "pupils.ses", "school", "odd name"])
    #expect(expression.names.map(\.offset) == [4, 17, 34, 44])
    #expect(expression.names.map(\.length) == [4, 10, 6, 10])
    let membership = try Expression(parsing: "member(spells, kind == \"x\", at = day)")
    #expect(membership.names.map(\.name) == ["spells", "kind", "day"])
    #expect(membership.names.map(\.table) == [nil, "spells", nil])
    #expect(membership.names.map(\.isEpisodes) == [true, false, false])
  }

  @Test func typesAreKnownWithoutComputing() throws {
    func type(_ source: String) throws -> ValueType {
      try Expression(parsing: source).type(in: Sample.data, table: "schools")
    }
    #expect(try type("roll > 3") == .logical)
    #expect(try type("opened - 2017-01-01") == .number)
    #expect(try type("opened + 1") == .date)
    #expect(try type("if roll > 3 then phase else name") == .text)
    #expect(try type("if roll > 3 then 1 else true") == .number)
  }
}
