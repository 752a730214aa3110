import Designs
import Tables
import Testing

@Suite struct FrameTests {
  private func frame(
    _ formula: String, _ options: FrameOptions = FrameOptions(), table: String = "pupils",
    in data: DataSet = Sample.data
  ) throws -> ModelFrame {
    try Formula(parsing: formula).frame(in: data, table: table, options: options)
  }

  @Test func theFirstMissingColumnTakesTheRow() throws {
    // `fsm` of the pupil is missing in row 3, `ses` in row 5, the school of row 8.
    let found = try frame("score ~ ses + pupils.fsm + roll + (1 | school)")
    #expect(found.selection == [0, 1, 3, 5, 6])
    #expect(
      found.lost == [
        LostRows(reason: "missing `ses`", count: 1),
        LostRows(reason: "missing `pupils.fsm`", count: 1),
        LostRows(reason: "missing `roll`", count: 1),
      ])
    let grouped = try frame("score ~ girl + (1 | school)")
    #expect(grouped.lost == [LostRows(reason: "missing `school`", count: 1)])
    #expect(grouped.random[0].factor.codes == [0, 0, 0, 1, 1, 2, 2])
    #expect(grouped.random[0].factor.levels == ["s1", "s2", "s3"])
    #expect(try frame("score ~ girl").selection == nil)
  }

  @Test func rowsChosenBeforehandKeepTheirOrderAndLosses() throws {
    let before = [LostRows(reason: "not matched", count: 4)]
    let found = try frame(
      "score ~ ses", FrameOptions(rows: [6, 4, 0, 1], lost: before))
    #expect(found.selection == [6, 0, 1])
    #expect(found.values(found.response) == [8, 10, 12])
    #expect(found.lost == before + [LostRows(reason: "missing `ses`", count: 1)])
  }

  @Test func aRowWithoutGroupStaysWhereTheTermSaysNothingOfIt() throws {
    var data = DataSet()
    data.set(
      Table(
        name: "t",
        columns: [
          Column("y", numbers: [1, 2, 3, 4, 5, 7]),
          Column("federated", logical: [true, true, false, false, true, false]),
          Column("group", categories: ["B", "A", nil, nil, nil, "A"]),
        ]))
    let found = try frame("y ~ federated + (0 + federated | group)", table: "t", in: data)
    #expect(found.selection == [0, 1, 2, 3, 5])
    #expect(found.lost == [LostRows(reason: "missing `group`", count: 1)])
    #expect(found.random[0].factor.codes == [1, 0, -1, -1, 0])
    // The random effect's column is the fixed one.
    #expect(found.random[0].columns == [found.fixed[1]])
    let all = try frame("y ~ 1 + (1 | group)", table: "t", in: data)
    #expect(all.selection == [0, 1, 5])
  }

  @Test func schoolColumnsStayAtTheSchool() throws {
    let found = try frame("score ~ log(fsm_rate) * girl + la", in: withRate)
    let column = found.columns[found.fixed[1]]
    guard case .linked(let values, let index) = column.values else {
      Issue.record("\(column)")
      return
    }
    #expect(values.count == 4 && index == Sample.pupilSchool)
    guard case .product(.linked, .values) = found.columns[found.fixed[4]].values else {
      Issue.record("\(found.fixedNames)")
      return
    }
    guard case .contrast = found.columns[found.fixed[3]].values else {
      Issue.record("\(found.fixedNames)")
      return
    }
    guard case .constant(1) = found.columns[found.fixed[0]].values else {
      Issue.record("\(found.fixedNames)")
      return
    }
    #expect(
      found.fixedNames == ["(Intercept)", "log(fsm_rate)", "girl", "lasouth", "log(fsm_rate):girl"])
  }

  private var withRate: DataSet {
    var data = Sample.data
    if var schools = data[table: "schools"] {
      schools.set(Column("fsm_rate", numbers: [10, 20, 30, 40]))
      data.set(schools)
    }
    return data
  }

  @Test func weightsAreAboveZero() throws {
    var data = Sample.data
    guard var pupils = data[table: "pupils"] else { return }
    pupils.set(Column("w", numbers: [1, 2, 1, 2, 0, 1, .nan, 1]))
    data.set(pupils)
    let good = try frame(
      "score ~ girl", FrameOptions(weights: "w", rows: [0, 1, 2, 3]), in: data)
    #expect(good.weights.map { good.values($0) } == [1, 2, 1, 2])
    for (rows, row, value) in [
      ([0, 1, 4, 6] as [Int32], 5, 0 as Double?), ([0, 6, 1], 7, nil),
    ] {
      let error = try #require(
        expressionError {
          _ = try frame("score ~ girl", FrameOptions(weights: "w", rows: rows), in: data)
        })
      #expect(error.reason == .unusableWeight(column: "w", row: row, value: value))
      #expect(error.setting == "weights")
    }
    // A row that is lost for another reason needs no weight.
    #expect(
      try frame("score ~ ses", FrameOptions(weights: "w", rows: [0, 1, 2, 3, 4]), in: data)
        .rowCount == 4)
    let unknown = expressionError {
      _ = try frame("score ~ girl", FrameOptions(weights: "wt"), in: data)
    }
    guard case .unknownName("wt", .column, _) = unknown?.reason else {
      Issue.record("\(String(describing: unknown))")
      return
    }
  }

  @Test func infiniteValuesAreRefused() throws {
    var data = Sample.data
    guard var pupils = data[table: "pupils"] else { return }
    pupils.set(Column("v", numbers: [1, 2, .infinity, 2, 0, 1, 3, 1]))
    data.set(pupils)
    let error = try #require(expressionError { _ = try frame("score ~ girl + v", in: data) })
    #expect(error.reason == .infiniteValue(column: "v", row: 3))
    #expect(error.offset == 15 && error.length == 1)
  }

  @Test func levelsWithoutRowsAreLeftOutAndSaid() throws {
    let found = try frame("score ~ school")
    #expect(found.fixedNames == ["(Intercept)", "schools2", "schools3"])
    #expect(
      found.diagnostics.map(\.message) == [
        "`school` has no row with `s4`: left out of the model"
      ])
    // Without rows of the first level the first one with rows is the reference.
    let later = try frame("score ~ school", FrameOptions(rows: [3, 4, 5, 6]))
    #expect(later.fixedNames == ["(Intercept)", "schools3"])
    let single = try frame("score ~ school + girl", FrameOptions(rows: [0, 1, 2]))
    #expect(single.fixedNames == ["(Intercept)", "girl"])
    #expect(single.diagnostics.map(\.code) == ["unused-levels", "single-level"])
  }

  @Test func contrastsAreForFactorsOfTheFormula() throws {
    let found = try frame("score ~ sex", FrameOptions(contrasts: ["sex": .sum]))
    #expect(found.fixedNames == ["(Intercept)", "sex1"])
    #expect(found.values(found.fixed[1]) == [-1, 1, -1, -1, 1, 1, -1, -1])
    let error = expressionError {
      _ = try frame("score ~ sex + girl", FrameOptions(contrasts: ["girl": .sum]))
    }
    #expect(error?.reason == .unknownName("girl", kind: .column, known: ["sex"]))
    #expect(error?.setting == "contrasts")
  }

  @Test func oneColumnUnderTwoNamesIsHeldOnce() throws {
    let found = try frame("score ~ ses + girl + (1 + pupils.ses + girl | school)")
    #expect(found.random[0].columns == found.fixed)
    #expect(found.columns.count == 4)
    let twice = try frame("score ~ ses + pupils.ses")
    #expect(twice.fixedNames == ["(Intercept)", "ses"])
    #expect(twice.diagnostics.map(\.code) == ["dropped-column"])
  }

  @Test func nothingLeftToModel() throws {
    let error = expressionError { _ = try frame("score ~ ses", FrameOptions(rows: [4])) }
    #expect(
      error?.reason == .noRows(lost: [LostRows(reason: "missing `ses`", count: 1)], doubts: []))
    let nowhere = expressionError { _ = try frame("score ~ log(ses - ses)") }
    #expect(
      nowhere.map { "\($0.reason)" }?.contains(
        "no row is left to model; missing `log(ses - ses)`: ") == true)
    #expect(nowhere.map { "\($0.reason)" }?.contains("(not above zero)") == true)
    #expect(expressionError { _ = try frame("score ~ ses", FrameOptions(rows: [])) } != nil)
  }

  @Test func constantResponseIsSaid() throws {
    let found = try frame("I(score * 0) ~ girl")
    #expect(found.diagnostics.map(\.code) == ["constant-response"])
  }

  /// Formula, where it is wrong, how much of it, and what is said.
  @Test(arguments: [
    ("score", 0, 5, "expected a formula such as `outcome ~ x + (1 | school)`, found no `~`"),
    ("cbind(a) ~ x", 0, 8, "expected `cbind(successes, failures)`"),
    (
      "score ~ ses @ bsae", 14, 4, "expected `base`, `(base - 1)` or a year after `@`, found `bsae`"
    ),
    (
      "score ~ 2 * ses", 8, 1,
      "expected a term; arithmetic stands inside `I()` or a call, found `2`"
    ),
    (
      "score ~ ses > 2", 8, 7,
      "expected a term; arithmetic stands inside `I()` or a call, found `ses > 2`"
    ),
    (
      "score ~ ses + 1 | school", 8, 16,
      "a random term stands in parentheses: `(ses + 1 or school)`"
    ),
    (
      "score ~ ses * (1 | school)", 15, 10,
      "a random term is a summand of its own on the right-hand side"
    ),
    ("score ~ (0 | school)", 9, 1, "a random term needs an effect: `(1 | group)`"),
    (
      "score ~ (1 | log(ses))", 13, 8,
      "expected a grouping column, `a:b` or `a/b` after the bar, found `log(ses)`"
    ),
    ("score ~ ses + score", 14, 5, "the response `score` stands on both sides"),
    ("score ~ ses^1.5", 12, 3, "expected a whole exponent above 0, found `1.5`"),
    (
      "score ~ poly(ses, 2)", 8, 4,
      "unknown function `poly`; known: `log`, `exp`, `sqrt`, `abs`, "
        + "`round`, `min`, `max`, `mean`, `sd`, `median`, `sum`, `count`, `standardise`, `missing`, "
        + "`contains`, `member`, `years_since_joining`, `group_size`, "
        + "`within`, `between`, `range`, `distinct`, `rank`, `band`, and 4 more"
    ),
    (
      "score ~ log(ses:girl)", 15, 1,
      "expected an arithmetic or logical operator, found `:`"
    ),
    ("score ~ ses + sxe", 14, 3, ""),
    ("sex ~ ses", 0, 3, "expected a number, found a text, `sex`"),
    ("score ~ log(sex)", 12, 3, "expected a number, found a text, `sex`"),
    ("score ~ ses + (1 | shool)", 19, 5, ""),
    ("~ ses", 0, 1, "expected a name, a number, a text or `(`, found `~`"),
  ])
  func errorsHaveTheirPlace(
    formula: String, offset: Int, length: Int, message: String
  ) throws {
    let error = try #require(expressionError { _ = try frame(formula) }, "\(formula)")
    #expect(error.offset == offset, "\(formula): \(error)")
    #expect(error.length == length, "\(formula): \(error)")
    if !message.isEmpty { #expect(error.reason.description == message) }
  }

  @Test func tooManyColumnsAndTermsAreRefused() throws {
    let names = (0..<40).map { "x\($0)" }
    let error = expressionError {
      _ = try Formula(parsing: "y ~ (\(names.joined(separator: " + ")))^20")
    }
    guard case .tooMany("terms", _, _) = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    var data = DataSet()
    data.set(
      Table(
        name: "t",
        columns: [
          Column("y", numbers: (0..<6000).map { Double($0 % 7) }),
          Column("id", numbers: (0..<6000).map(Double.init)),
        ]))
    let wide = expressionError { _ = try frame("y ~ factor(id)", table: "t", in: data) }
    #expect(wide?.reason == .tooMany("fixed columns", count: 6000, limit: 5000))
    // A long sum is no deep one.
    let long = try Formula(parsing: "y ~ " + (0..<1500).map { "x\($0)" }.joined(separator: " + "))
    #expect(long.termLabels.count == 1500)
  }

  @Test func partsOfAFormulaAreKnownWithoutData() throws {
    let formula = try Formula(
      parsing: "log(y) ~ a*b + offset(e) + (1 + a | la/school) + (0 + b || g)")
    #expect(formula.response == "log(y)")
    #expect(formula.termLabels == ["a", "b", "a:b"])
    #expect(formula.groupNames == ["school:la", "la", "g"])
    #expect(formula.hasIntercept)
    #expect(
      formula.names.map(\.name) == ["y", "a", "b", "e", "a", "la", "school", "b", "g"])
    #expect(formula.names[0].offset == 4)
  }

  @Test func unusualNamesAreQuotedAsRQuotesThem() throws {
    var data = DataSet()
    data.set(
      Table(
        name: "t",
        columns: [
          Column("y", numbers: [1, 2, 4]), Column("% FSM", numbers: [3, 1, 2]),
          Column("in", categories: ["a", "b", "a"]),
        ]))
    let found = try frame("y ~ `% FSM` + `in`", table: "t", in: data)
    #expect(found.fixedNames == ["(Intercept)", "`% FSM`", "`in`b"])
  }
}
