import Tables
import Testing

@Suite struct ColumnTypeTests {
  /// Longer than a block of rows, so that the last row stands in another one.
  private func column(of rows: Int, _ value: (Int) -> String, last: String) -> String {
    "x\n" + (0..<rows).map { value($0) + "\n" }.joined() + last + "\n"
  }

  @Test(arguments: [
    ("17", "18", ColumnType.integer), ("17", "18.5", .number), ("17", "18%", .number),
    ("17", "SUPP", .category), ("17", "2017-09-01", .category), ("17", "TRUE", .category),
    ("2.5", "NaN", .category), ("2.5", "1e999", .category), ("2.5", "0x10", .category),
    ("TRUE", "false", .logical), ("TRUE", "1", .category), ("TRUE", "True", .category),
    ("2017-09-01", "2016-02-29", .date), ("2017-09-01", "2017-02-29", .category),
    ("2017-09-01", "2017-9-1", .category), ("", "4", .integer), ("", "x", .category),
    ("", "TRUE", .logical), ("", "1999-12-31", .date), ("", "", .number),
    ("17", "9007199254740993", .category), ("17.5", "9007199254740993", .number),
    ("17", "9007199254740992", .integer), ("17", "-9007199254740993", .category),
    ("17", "007", .category), ("17.5", "007", .number), ("0", "-0.5", .number),
    ("17", "18.", .number), ("17", ".5", .number), ("17", ".", .category), ("17", "+", .category),
    ("17", "1e", .category), ("17", "1e+5", .number), ("17", "12 %", .number),
    ("17", "%", .category), ("17", "1,5", .category), ("17", "1 2", .category),
  ])
  func typeFollowsFromTheLastRowToo(first: String, last: String, type: ColumnType) throws {
    let last = last.contains(",") ? "\"\(last)\"" : last
    for rows in [1, 3, 20_000] {
      let table = try read(column(of: rows, { _ in first }, last: last))
      let column = try #require(table["x"])
      #expect(column.type == type, "\(first) then \(last) after \(rows)")
      #expect(column.count == rows + 1)
      let missing = (first.isEmpty ? rows : 0) + (last.isEmpty ? 1 : 0)
      #expect(column.missing.reduce(0) { $0 + $1.count } == missing)
      #expect((0...rows).count { column.isMissing($0) } == missing)
      if type == .category {
        #expect(column.text(at: 0) == first)
        #expect(column.text(at: rows) == last.filter { $0 != "\"" })
      }
    }
  }

  @Test func longCodesKeepTheirDigitsAndSaySo() throws {
    let table = try read("pupil,la\n12345678901234567,001\n12345678901234568,010\n")
    #expect(try texts(table, "pupil") == ["12345678901234567", "12345678901234568"])
    #expect(try texts(table, "la") == ["001", "010"])
    #expect(table.source?.diagnostics.map(\.code) == ["long-integers", "leading-zeros"])
    try table.requireKey(["pupil"])
    let declared = try read(
      "la\n001\n010\n", DelimitedSettings(columns: ["la": .init(.integer)]))
    #expect(try numbers(declared, "la") == [1, 10])
  }

  @Test func undeclaredCodesAreSuspected() throws {
    let table = try read(
      "a,b,c,d\nSUPP,2017-09-01,x,007\n1,unknown,1,1\n2,2017-09-02,y,2\nNE,2017-09-03,2,3\n3,,z,4\n"
    )
    #expect(table.columns.map(\.type) == Array(repeating: .category, count: 4))
    let found = try #require(table.source).diagnostics
    #expect(found.map(\.code) == ["texts-among-numbers", "texts-among-dates", "leading-zeros"])
    #expect(found[0].message.contains("because of `NE`, `SUPP`; all its other values are numbers"))
  }

  @Test func textsAmongTooManyNumbersForACategoryAreAWarning() throws {
    let few = (1...20).map { "\($0)" }.joined(separator: "\n")
    let some = try read("a\ninf\n\(few)\n")
    #expect(some.source?.diagnostics.map(\.severity) == [.note])
    let many = try read("a\ninf\n\(few)\n0.5\n")
    #expect(many.source?.diagnostics.map(\.severity) == [.warning])
  }

  @Test func eachMissingCodeIsCounted() throws {
    let table = try read(
      "a,b\nSUPP,x\n1,NE\n,SUPP\nNE,\n-99,y\nSUPP,\"NE\"\n",
      DelimitedSettings(missing: ["NE", "SUPP", "LOWCOV", "-99"]))
    #expect(
      table["a"]?.missing == [
        MissingCount(code: "", count: 1), MissingCount(code: "NE", count: 1),
        MissingCount(code: "SUPP", count: 2), MissingCount(code: "-99", count: 1),
      ])
    #expect(
      table["b"]?.missing == [
        MissingCount(code: "", count: 1), MissingCount(code: "NE", count: 2),
        MissingCount(code: "SUPP", count: 1),
      ])
    #expect(table["a"]?.type == .integer)
    #expect(table["b"]?.storage == .codes([0, -1, -1, -1, 1, -1], levels: ["x", "y"]))
  }

  @Test func declaredTypes() throws {
    let settings = DelimitedSettings(columns: [
      "urn": .init(.category), "n": .init(.number), "yes": .init(.logical), "on": .init(.date),
      "note": .init(.text), "phase": .init(.category, levels: ["secondary", "primary", "all"]),
    ])
    let table = try read(
      "urn,n,yes,on,note,phase\n10,1,1,2017-09-01,z,primary\n9,2,FALSE,,a,secondary\n", settings)
    #expect(
      table.columns.map(\.type) == [.category, .number, .logical, .date, .text, .category])
    #expect(table["urn"]?.storage == .codes([0, 1], levels: ["10", "9"]))
    #expect(try numbers(table, "yes") == [1, 0])
    #expect(table["note"]?.storage == .codes([0, 1], levels: ["z", "a"]))
    #expect(
      table["phase"]?.storage == .codes([1, 0], levels: ["secondary", "primary", "all"]))
  }

  @Test func cellsThatDoNotFitAreCollected() throws {
    let settings = DelimitedSettings(columns: [
      "n": .init(.number), "p": .init(.category, levels: ["a", "b"]),
    ])
    let rows = (0..<30).map { "SUPP\($0),\($0 == 0 ? "c" : "a")\n" }.joined()
    let error = #expect(throws: TableError.self) { try read("n,p\n1,a\n\(rows)", settings) }
    guard case .misfits(let cells, let count, "t.csv") = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(count == 31)
    #expect(cells.count == TableError.faultsShown)
    #expect(cells[0].line == 3 && cells[0].column == "n" && cells[0].value == "SUPP0")
    #expect(cells[1].line == 3 && cells[1].column == "p" && cells[1].value == "c")
    #expect(cells[1].expected == "one of the declared levels `a`, `b`")
    let message = error?.description ?? ""
    #expect(message.hasPrefix("t.csv:3: column `n`: found `SUPP0`, expected a number\n"))
    #expect(message.contains("and 11 more"))
  }

  @Test(arguments: [
    (ColumnType.integer, "1.5"), (.integer, "9007199254740993"), (.integer, "5%"), (.number, "x"),
    (.logical, "yes"), (.logical, "2"), (.date, "01/09/2017"), (.date, "2017-13-01"),
  ])
  func declaredTypesRefuse(type: ColumnType, cell: String) {
    let error = #expect(throws: TableError.self) {
      try read("x\n\(cell)\n", DelimitedSettings(columns: ["x": .init(type)]))
    }
    guard case .misfits(let cells, 1, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(cells[0].value == cell && cells[0].line == 2)
  }

  @Test func unknownDeclaredColumn() {
    let error = #expect(throws: TableError.self) {
      try read("a,b\n1,2\n", DelimitedSettings(columns: ["c": .init(.number)]))
    }
    #expect(error == .unknownColumn("c", file: "t.csv", known: ["a", "b"]))
  }

  @Test func onlyNeededColumnsAreRead() throws {
    let table = try read(
      "a,b,c\n1,x,2\n3,y,4\n",
      DelimitedSettings(columns: ["b": .init(.number)], needed: ["c", "a", "none"]))
    #expect(table.columnNames == ["a", "c"])
    #expect(table.source?.header == ["a", "b", "c"])
    #expect(try numbers(table, "c") == [2, 4])
  }

  @Test func textsThatAreCanonicallyEqualAreOneLevel() throws {
    let table = try read("x\nZo\u{eb}\nabc\nZoe\u{308}\n")
    guard case .codes(let codes, let levels) = table["x"]?.storage else {
      Issue.record("no category")
      return
    }
    #expect(levels.count == 2 && codes == [0, 1, 0])
  }

  @Test func datesMatchTheCalendar() throws {
    // Every day of 400 years once: the calendar repeats after that.
    var expected = -36_525.0 + 1
    var text = "d\n"
    var days: [Double] = []
    for year in 1870..<2270 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      for (month, length) in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        .enumerated()
      {
        for day in 1...length {
          let (m, d) = (month + 1, day)
          text += "\(year)-\(m < 10 ? "0" : "")\(m)-\(d < 10 ? "0" : "")\(d)\n"
          days.append(expected)
          expected += 1
        }
      }
    }
    let table = try read(text)
    #expect(table["d"]?.type == .date)
    #expect(try numbers(table, "d") == days)
    #expect(table.csv == text)
  }
}
