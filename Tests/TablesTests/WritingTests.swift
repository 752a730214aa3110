import Probability
import Tables
import Testing

@Suite struct WritingTests {
  @Test func randomDoublesComeBackExactly() throws {
    var random = RandomStream(Seed(3)["doubles"])
    var values: [Double] = []
    while values.count < 60_000 {
      let value = Double(bitPattern: random.next())
      if value.isFinite { values.append(value) }
    }
    // Of the size that data have, with every number of digits up to 17.
    for _ in 0..<40_000 { values.append((random.uniform() - 0.5) * 2000) }
    values += [
      0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .leastNormalMagnitude, 0.1,
    ]
    let table = Table(name: "t", columns: [Column("x", numbers: values)])
    let again = try numbers(read(table.csv), "x")
    #expect(zip(values, again).count { $0 != $1 } == 0)
    #expect(again.count == values.count)
  }

  @Test func decimalTextIsReadToTheNearestDouble() throws {
    // Against the standard library, on texts of 1 to 25 digits with the point anywhere.
    var random = RandomStream(Seed(4)["decimals"])
    var texts: [String] = []
    for _ in 0..<100_000 {
      let count = 1 + random.index(below: 25)
      var digits = (0..<count).map { _ in String(random.index(below: 10)) }
      digits.insert(".", at: random.index(below: count + 1))
      let exponent = random.index(below: 3) == 0 ? "e\(random.index(below: 80) - 40)" : ""
      texts.append((random.index(below: 2) == 0 ? "-" : "") + digits.joined() + exponent)
    }
    // Halfway between two doubles, and just beside: 2⁵³ + 1 and neighbours with a fraction.
    texts += [
      "9007199254740993.0", "9007199254740993.1", "9007199254740992.9", "4503599627370496.5",
    ]
    texts += ["4503599627370497.5", "9007199254740995e0", "1e23", "8.5e22", "5e-324", "2.5e-324"]
    let found = try numbers(read("x\n" + texts.joined(separator: "\n")), "x")
    let expected = texts.map { text in
      Double(
        text.hasPrefix("-.") ? "-0" + text.dropFirst() : text.hasPrefix(".") ? "0" + text : text)
    }
    #expect(zip(expected, found).count { $0 != $1 } == 0)
  }

  @Test func tablesComeBack() throws {
    let table = Table(
      name: "t",
      columns: [
        Column("whole", type: .integer, storage: .numbers([1, -20, .nan])),
        Column("yes", logical: [true, false, true]),
        Column("day", type: .date, storage: .numbers([17_410, .nan, -1])),
        Column("a \"name\", with comma", categories: ["x,y", nil, " \"z\"\n"]),
        Column("n", numbers: [0.1, 1e300, .nan]),
      ])
    #expect(
      table.csv == """
        whole,yes,day,"a ""name"", with comma",n
        1,true,2017-09-01,"x,y",0.1
        -20,false,,,1e+300
        ,true,1969-12-31," ""z""
        ",

        """)
    let again = try read(table.csv)
    for (old, new) in zip(table.columns, again.columns) {
      #expect(old.name == new.name && old.type == new.type)
      #expect((0..<3).allSatisfy { old.text(at: $0) == new.text(at: $0) })
    }
  }

  @Test func tidyCellsComeBack() throws {
    let cells: [Cell] = [
      .number(0.1), .number(3), .number(-1e-300), .number(1e22), .count(3), .count(-7), .flag(true),
      .flag(false), .missing, .text("plain"), .text(""), .text("3"), .text("0.5"), .text("true"),
      .text("a,b"), .text("q\"q"), .text("two\r\nlines"), .text(" blank "), .text("é"),
      .text("inf"),
      .text("nan"), .text("1e5"), .text("-"), .text("0x1p3"), .text("\u{feff}x"), .text("\r"),
    ]
    let fields = [Field("value", unit: "sd", "a value"), Field("other", "another, with comma")]
    var random = RandomStream(Seed(5)["cells"])
    for _ in 0..<200 {
      let rows = (0..<random.index(below: 30)).map { _ in
        fields.map { _ in cells[random.index(below: cells.count)] }
      }
      let table = TidyTable("t", fields: fields, rows: rows)
      let again = try TidyTable("t", csv: table.csv)
      #expect(again.rows == rows)
      #expect(again.fields.map(\.name) == ["value", "other"])
      // One column, where a missing cell is a blank line.
      let single = TidyTable("s", fields: [fields[0]], rows: rows.map { [$0[0]] })
      #expect(try TidyTable("s", csv: single.csv).rows == single.rows)
    }
    #expect(
      TidyTable("t", fields: fields, rows: [[.number(3), .count(3)], [.text("3"), .missing]]).csv
        == "value,other\n3.0,3\n\"3\",\n")
  }

  @Test func numbersThatAreNotFiniteAreMissing() throws {
    let table = TidyTable(
      "t", fields: [Field("a", ""), Field("b", "")], rows: [[.number(.nan), .number(.infinity)]])
    #expect(try TidyTable("t", csv: table.csv).rows == [[.missing, .missing]])
    #expect(table.json["rows"]?[0]?.object?.values.allSatisfy { $0 == .null } == true)
  }

  @Test func jsonHasFieldsAndRows() throws {
    let table = TidyTable(
      "coefficients",
      fields: [Field("term", "the term"), Field("estimate", unit: "sd", "its value")],
      rows: [[.text("ses"), .number(0.25)], [.text("n"), .count(3)], [.flag(true), .missing]])
    let json = try JSON(parsing: table.json.text)
    #expect(json == table.json)
    #expect(json["fields"]?[1]?["unit"] == "sd" && json["fields"]?[0]?["unit"] == .null)
    #expect(json["fields"]?[1]?["meaning"] == "its value")
    #expect(json["rows"]?[0]?["term"] == "ses" && json["rows"]?[0]?["estimate"] == .number(0.25))
    #expect(json["rows"]?[1]?["estimate"] == 3 && json["rows"]?[2]?["estimate"] == .null)
  }

  @Test func textThatIsNoTableIsRefused() {
    #expect(throws: TableError.emptyFile("t.csv")) { try TidyTable("t", csv: "") }
    #expect(throws: TableError.raggedRow(file: "t.csv", line: 2, found: 1, expected: 2)) {
      try TidyTable("t", csv: "a,b\n1\n")
    }
  }
}
