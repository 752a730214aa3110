import Tables
import Testing

@Suite struct DelimitedFileTests {
  @Test func readsEveryTypeItInfers() throws {
    let table = try read(
      """
      id,score,fsm,joined,sector,share
      1,0.5,TRUE,2017-09-01,Public,12%
      2,-1e3,false,1970-01-01,Catholic,7.5
      3,,TRUE,NA,Public,0%

      """)
    #expect(table.rowCount == 3)
    #expect(table.columns.map(\.type) == [.integer, .number, .logical, .date, .category, .number])
    #expect(try numbers(table, "id") == [1, 2, 3])
    let score = try numbers(table, "score")
    #expect(score[0] == 0.5 && score[1] == -1000 && score[2].isNaN)
    #expect(try numbers(table, "fsm") == [1, 0, 1])
    let joined = try numbers(table, "joined")
    #expect(joined[0] == 17410 && joined[1] == 0 && joined[2].isNaN)
    #expect(table["sector"]?.storage == .codes([1, 0, 1], levels: ["Catholic", "Public"]))
    #expect(try numbers(table, "share") == [12, 7.5, 0])
    #expect(table.source?.diagnostics.map(\.code) == ["percent"])
    #expect(table["joined"]?.missing == [MissingCount(code: "NA", count: 1)])
    #expect(table["score"]?.missing == [MissingCount(code: "", count: 1)])
  }

  @Test(arguments: ["\n", "\r\n"], ["", "\u{feff}"])
  func lineEndsAndByteOrderMarks(lineEnd: String, mark: String) throws {
    let lines = ["a,\"b,\"\"c\"\"\"", "1,\"two\(lineEnd)lines\"", "3,plain", "4,\"q\"\"q\""]
    for ending in ["", lineEnd, lineEnd + lineEnd] {
      let table = try read(mark + lines.joined(separator: lineEnd) + ending)
      #expect(table.columnNames == ["a", "b,\"c\""])
      #expect(try numbers(table, "a") == [1, 3, 4])
      #expect(try texts(table, "b,\"c\"") == ["two\(lineEnd)lines", "plain", "q\"q"])
      #expect((0..<3).map { table.source?.line(ofRow: $0) } == [2, 4, 5])
    }
  }

  @Test func tabsByExtension() throws {
    let table = try read("a\tb c\n1\tx, y\n2\t\"q\t\"\n", path: "t.tsv")
    #expect(table.columnNames == ["a", "b c"])
    #expect(try texts(table, "b c") == ["x, y", "q\t"])
  }

  @Test func everyErrorSaysWhere() throws {
    let cases: [(String, String)] = [
      ("", "t.csv: is empty"),
      ("\u{feff}", "t.csv: is empty"),
      ("a,b\n1,2\n3\n", "t.csv:3: found 1 cell, expected 2"),
      ("a,b\n1,2\n\n3,4\n", "t.csv:3: found a blank line, expected 2 cells"),
      ("a,b\n1,2\n\n\n", "t.csv:3: found a blank line"),
      ("a,b\n1,2,3\n", "t.csv:2: found 3 cells, expected 2"),
      ("a,b\n\"x\ny\",2\n3\n", "t.csv:4: found 1 cell"),
      ("a,,c\n", "t.csv:1: column 2 has no name"),
      ("a,b,a\n", "t.csv:1: columns 1 and 3 are both named `a`"),
      ("a\n\"x\ny", "t.csv:2: a quote opens"),
      ("a,b\n\"x\"y,2\n", "t.csv:2: found `y` after a closing quote"),
      ("a,b\r1,2\r", "t.csv:1: found a carriage return"),
    ]
    for (text, message) in cases {
      let error = #expect(throws: TableError.self) { try read(text) }
      #expect("\(error.map { "\($0)" } ?? "")".hasPrefix(message), "\(text.debugDescription)")
    }
  }
}
