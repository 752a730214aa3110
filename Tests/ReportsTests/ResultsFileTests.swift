import Reports
import Tables
import Testing

@Suite struct ResultsFileTests {
  static let results = ResultsFile(
    metadata: ["study": "study.yaml", "seed": 82],
    steps: [
      .init(
        "comparators", kind: "match", tables: [SampleDocument.balance],
        diagnostics: [Diagnostic(.warning, code: "unmet-balance", "one \"covariate\" is off")]),
      .init("attainment", kind: "multilevel", tables: [SampleDocument.coefficients]),
    ])

  @Test func whatIsWrittenCanBeReadBack() throws {
    let json = try JSON(parsing: Self.results.json.text)
    #expect(json == Self.results.json)
    let table = json["steps"]?["attainment"]?["tables"]?["coefficients"]
    #expect(table?["rows"]?[1]?["estimate"]?.number == 1.41)
    #expect(table?["rows"]?[1]?["term"]?.string == "catholic")
    #expect(table?["rows"]?[5]?["estimate"] == .null)
    #expect(table?["fields"]?[1]?["unit"]?.string == "points")
    #expect(table?["fields"]?[0]?["unit"] == .null)
    #expect(json["order"]?.array == ["comparators", "attainment"])
    #expect(
      json["steps"]?["comparators"]?["diagnostics"]?[0]?["code"]?.string == "unmet-balance")
    #expect(json["metadata"]?["seed"]?.number == 82)
  }

  @Test(arguments: extremeNumbers)
  func everyNumberSurvivesOrIsNull(_ value: Double) throws {
    let table = TidyTable("t", fields: [Field("x", "a number")], rows: [[.number(value)]])
    let json = try JSON(parsing: table.json.text)
    let back = json["rows"]?[0]?["x"]
    #expect(value.isFinite ? back?.number == value : back == .null)
  }

  @Test(arguments: hostileStrings)
  func everyTextSurvives(_ text: String) throws {
    let table = TidyTable(text, fields: [Field("x", text)], rows: [[.text(text)]])
    let results = ResultsFile(steps: [.init(text, kind: text, tables: [table])])
    let json = try JSON(parsing: results.json.text)
    #expect(json["steps"]?[text]?["tables"]?[text]?["rows"]?[0]?["x"]?.string == text)
  }

  /// The text that is written directly is the value, whatever it holds.
  @Test(arguments: hostileStrings)
  func theTextIsTheValue(_ text: String) throws {
    let table = TidyTable(
      text, fields: [Field("x", unit: text, text), Field("y", text), Field("x", text)],
      rows: extremeNumbers.map { [.text(text), .flag(true), .number($0)] } + [
        [.missing, .count(-3), .text("")]
      ])
    let empty = TidyTable("empty", fields: [], rows: [])
    let results = ResultsFile(
      metadata: [text: ["a", 1], "z": .object([:])],
      steps: [
        .init(
          text, kind: text, tables: [table, empty],
          diagnostics: [Diagnostic(.note, code: text, text)]),
        .init("second", kind: "match", tables: []),
      ])
    #expect(try JSON(parsing: results.text) == results.json)
    #expect(try JSON(parsing: ResultsFile(steps: []).text) == ResultsFile(steps: []).json)
  }

  @Test func aRowIsALine() {
    #expect(
      Self.results.text.contains(
        "\n            {\"term\": \"catholic\", \"estimate\": 1.41, \"std_error\": 0.62, \"df\": 61.4, \"p_value\": 0.0264, \"ci_low\": 0.17, \"ci_high\": 2.65},\n"
      ))
  }

  @Test func theDictionaryHasEveryColumnOnce() {
    let dictionary = Self.results.dictionary
    #expect(
      dictionary.rows.count
        == SampleDocument.balance.fields.count + SampleDocument.coefficients.fields.count)
    #expect(dictionary.column("column")?.first == .text("covariate"))
    #expect(dictionary.column("unit")?[4] == .text("sd"))
  }
}
