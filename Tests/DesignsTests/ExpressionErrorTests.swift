import Designs
import Tables
import Testing

@Suite struct ExpressionErrorTests {
  /// Text, where it is wrong, how much of it, and what is said.
  @Test(arguments: [
    ("roll +", 6, 0, "expected a name, a number, a text or `(`, found the end"),
    ("roll ? 2", 5, 1, "expected a name, a number, a text or an operator, found `?`"),
    ("roll = 2", 5, 1, "expected an operator or the end (equality is written `==`), found `=`"),
    ("(roll + 2", 0, 1, "the bracket `(` is never closed"),
    ("phase == \"primary", 9, 8, "the quote `\"` is never closed"),
    ("1 < 2 < 3", 6, 1, "expected `and` between two comparisons, found `<`"),
    ("phase in \"a\"", 9, 3, "expected `[`, found `\"a\"`"),
    ("phase in [\"primary\"", 9, 1, "the bracket `[` is never closed"),
    ("if roll > 1 then 2", 18, 0, "expected `else`, found the end"),
    ("2017-02-30 > opened", 0, 10, "`2017-02-30` is not a date of the calendar"),
    ("prior @ bsae > 2", 8, 4, "expected `base`, `(base - 1)` or a year after `@`, found `bsae`"),
    ("prior @ (base * 2)", 14, 1, "expected `- 1` or another number, found `*`"),
    ("prior @ (base - 1", 8, 1, "the bracket `(` is never closed"),
    ("prior @ 20", 8, 2, "expected `base`, `(base - 1)` or a year after `@`, found `20`"),
    ("roll || roll", 5, 2, "expected `or` or `|`, found `||`"),
    ("roll : roll", 5, 1, "expected a name, a number, a text or an operator, found `:`"),
    ("12abc", 0, 2, "expected a number, found `12a`"),
  ])
  func grammar(source: String, offset: Int, length: Int, message: String) throws {
    let error = try #require(expressionError { _ = try Expression(parsing: source) })
    if source.contains(":") {
      // A formula's operator has no place in an expression, whichever way it is said.
      #expect(error.offset == offset)
      return
    }
    #expect(error.offset == offset, "\(source): \(error)")
    #expect(error.length == length, "\(source): \(error)")
    #expect(error.reason.description == message)
  }

  @Test(arguments: [
    ("1 + log(phase)", 8, 5, "expected a number, found a text, `phase`"),
    ("roll and true", 0, 4, "expected a logical value, found a number, `roll`"),
    ("phase == 3", 9, 1, "expected a text, found a number, `3`"),
    ("phase < \"b\"", 6, 1, "texts are compared with `==` and `!=`, not with `<`"),
    (
      "opened > \"2017-09-01\"", 9, 12,
      "expected a date such as 2017-09-01, found a text, \"2017-09-01\""
    ),
    ("if roll > 1 then 2 else \"a\"", 24, 3, "expected a number, found a text, `\"a\"`"),
    ("log(roll, 2)", 0, 12, "expected `log(number)`"),
    ("mean(roll, bye = la)", 11, 3, "unknown argument `bye`; known: `by`"),
    (
      "pupils.ses + 1", 0, 10,
      "`pupils` has several rows for a row of `schools`: "
        + "write an aggregate, such as `mean(pupils.ses, by = …)`"
    ),
    ("member(schools)", 7, 7, "unknown table `schools`; known: `membership`"),
    (
      "years_since_joining(membership)", 0, 31,
      "expected `years_since_joining(episodes, at = date)` or "
        + "`years_since_joining(episodes, condition, at = date)`"
    ),
    ("round(roll, fsm)", 12, 3, "expected a whole number of digits, found `fsm`"),
    ("roll in [fsm]", 9, 3, "expected a number, a text or a date in the list, found `fsm`"),
    ("phase in [\"primary\", 2]", 21, 1, "expected a text, found a number, `2`"),
    ("mean(phase)", 5, 5, "expected a number, found a text, `phase`"),
  ])
  func types(source: String, offset: Int, length: Int, message: String) throws {
    let expression = try Expression(parsing: source)
    let error = try #require(
      expressionError { _ = try expression.type(in: Sample.data, table: "schools") })
    #expect(error.offset == offset, "\(source): \(error)")
    #expect(error.length == length, "\(source): \(error)")
    #expect(error.reason.description == message)
  }

  @Test func unknownNamesComeWithTheKnownOnes() throws {
    func reason(_ source: String, _ table: String = "schools") throws -> ExpressionError {
      let expression = try Expression(parsing: source)
      return try #require(
        expressionError { _ = try expression.type(in: Sample.data, table: table) })
    }
    let column = try reason("1 + rol")
    #expect(column.offset == 4 && column.length == 3)
    guard case .unknownName("rol", .column, let columns) = column.reason else {
      Issue.record("\(column)")
      return
    }
    #expect(columns.contains("roll"))
    let function = try reason("lgo(roll)")
    guard case .unknownName("lgo", .function, let functions) = function.reason else {
      Issue.record("\(function)")
      return
    }
    #expect(functions.contains("log") && function.length == 3)
    let level = try reason("phase == \"primry\"")
    #expect(
      level.reason
        == .unknownName("primry", kind: .level, known: ["primary", "secondary"]))
    #expect(level.offset == 9)
    #expect(
      try reason("phase in [\"primary\", \"special\"]").reason
        == .unknownName("special", kind: .level, known: ["primary", "secondary"]))
    guard case .unknownName("scholls", .table, _) = try reason("scholls.fsm > 1").reason else {
      Issue.record("an unknown table")
      return
    }
    #expect(
      try reason("fsm > 1", "pupils").reason
        == .ambiguousName("fsm", tables: ["pupils", "schools"]))
  }

  @Test func freeTextHasNoLevelsToCheck() throws {
    #expect(same(try Sample.numbers("name == \"Elm\"").prefix(3), [0, 0, 0]))
  }

  @Test func nothingExhaustsTheStack() throws {
    for source in [
      String(repeating: "(", count: 100_000), String(repeating: "-", count: 100_000) + "1",
      String(repeating: "not ", count: 100_000) + "true",
      String(repeating: "log(", count: 100_000),
      String(repeating: "2 ^ ", count: 100_000) + "2",
      String(repeating: "if true then ", count: 100_000),
      "1" + String(repeating: " + 1", count: 100_000),
    ] {
      let error = expressionError { _ = try Expression(parsing: source) }
      guard case .tooDeep = error?.reason else {
        Issue.record("\(source.prefix(20)): \(String(describing: error))")
        continue
      }
      #expect(expressionError { _ = try Formula(parsing: "y ~ " + source) } != nil)
    }
    let long = "1" + String(repeating: " + 1", count: 1500)
    #expect(same([try Sample.numbers(long)[0]], [1501]))
    let nested = String(repeating: "(", count: 150) + "1" + String(repeating: ")", count: 150)
    #expect(same([try Sample.numbers(nested)[0]], [1]))
  }

  /// Any text is read or refused, at a place within it.
  @Test func arbitraryTextIsRefusedInPlace() throws {
    let pieces = [
      "a", "schools.b", "1", "2.5", "2017-09-01", "\"t\"", "(", ")", "[", "]", ",", "+", "-", "*",
      "/", "^", "==", "<", "and", "or", "not", "in", "if", "then", "else", "log", "mean(", "by =",
      "|", "||", "~", ":", "@", "`", "=", "I(", "offset(", "é", "#",
    ]
    var state: UInt64 = 7
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var parsed = 0
    for _ in 0..<20_000 {
      let source = (0..<(1 + next(8))).map { _ in pieces[next(pieces.count)] }
        .joined(separator: next(2) == 0 ? " " : "")
      for text in [source, "y ~ " + source] {
        for attempt in [
          { _ = try Expression(parsing: text) }, { _ = try Formula(parsing: text) },
        ] as [() throws -> Void] {
          if let error = expressionError(attempt) {
            #expect(error.offset >= 0 && error.offset + error.length <= text.count, "\(text)")
          } else {
            parsed += 1
          }
        }
      }
    }
    #expect(parsed > 500)
  }
}
