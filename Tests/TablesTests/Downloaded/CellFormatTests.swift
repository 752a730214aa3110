import Foundation
import Tables
import Testing

@Suite struct CellFormatTests {
  private func converted(
    _ cells: [String], _ format: String, missing: [String] = []
  ) throws -> Column {
    let text = "x,y\n" + cells.map { "\"\($0)\",1\n" }.joined()
    let table = try DelimitedFile(
      "d.csv", settings: DelimitedSettings(columns: ["x": .init(.text)])
    )
    .read(text: text, as: "d")
    let known: CellFormat = try #require(CellFormat(format))
    let result = try table.applying([CellDeclaration("x", format: known, missing: missing)])
    return try #require(result["x"])
  }

  private func numbers(_ column: Column) -> [Double] {
    if case .numbers(let values) = column.storage { values } else { [] }
  }

  @Test func thousands() throws {
    let column = try converted(["1,234", "12", "-1,234,567.5", "999", "0"], "thousands")
    #expect(numbers(column) == [1234, 12, -1_234_567.5, 999, 0])
    for wrong in ["12,34", "1,2345", ",123", "1,,234", "1.234,5", "1,234,", "x"] {
      let error = #expect(throws: TableError.self) { try converted(["1", wrong], "thousands") }
      #expect(try #require(error).description.contains("d.csv:3: column `x`: found `\(wrong)`"))
    }
  }

  @Test(arguments: [
    ("55 - <60%", 57.5), ("55-60%", 57.5), ("55 to 60", 57.5), ("<5%", 2.5), ("LE5%", 2.5),
    (">=95%", 97.5), ("GE95%", 97.5), ("95%+", 97.5), ("37%", 37), ("12.5", 12.5),
    ("55 – <60%", 57.5), ("90% to 100%", 95),
  ])
  func bands(text: String, middle: Double) throws {
    #expect(numbers(try converted([text], "band")) == [middle])
  }

  @Test(arguments: ["60 - 55%", "<5", "GE95", "a - b%", "5 - 6 - 7%", "<105%", "-", "%"])
  func brokenBands(text: String) {
    #expect(throws: TableError.self) { try converted([text], "band") }
  }

  @Test func dates() throws {
    let days = numbers(try converted(["01/09/2017", "1/9/2017", "29/02/2024"], "d/m/y"))
    #expect(days == [17_410, 17_410, 19_782])
    #expect(numbers(try converted(["09-01-2017"], "m-d-y")) == [17_410])
    #expect(numbers(try converted(["01/09/2017 00:00:00"], "d/m/y")) == [17_410])
    for wrong in ["31/02/2017", "01/13/2017", "01/09/17", "1-9-2017", "01/09", "/9/2017"] {
      #expect(throws: TableError.self) { try converted([wrong], "d/m/y") }
    }
    for pattern in ["d/m-y", "dmy", "d/d/y", "d/m/y/", "dd/mm/yyyy"] {
      #expect(CellFormat(pattern) == nil)
    }
  }

  @Test func columnsHaveCodesOfTheirOwn() throws {
    let column = try converted(["01/01/1900", "01/09/2017"], "d/m/y", missing: ["01/01/1900"])
    #expect(numbers(column)[0].isNaN)
    #expect(column.missing == [MissingCount(code: "01/01/1900", count: 1)])
    let kept = try converted(["01/01/1900", "01/09/2017"], "d/m/y")
    let table = Table(name: "schools", columns: [kept])
    #expect(table.suspectDates.map(\.code) == ["date-1900"])
    #expect(Table(name: "schools", columns: [column]).suspectDates.isEmpty)
  }

  @Test func typesAreFoundAgainWhenRowsHaveGone() throws {
    let table = try DelimitedFile("d.csv").read(
      text: "level,score,code\nNational,all,x\nSchool,12.5,a\nSchool,13,b\n", as: "d")
    #expect(table["score"]?.type == .category)
    let rest = table.selecting(rows: [1, 2]).withTypesFoundAgain(except: [])
    #expect(rest["score"]?.storage == .numbers([12.5, 13]))
    guard case .codes(_, let levels) = try #require(rest["code"]).storage else { return }
    #expect(levels == ["a", "b"])
    #expect(rest["level"]?.text(at: 1) == "School")
    #expect(
      table.selecting(rows: [1, 2]).withTypesFoundAgain(except: ["score"])["score"]?.type
        == .category)
  }
}
