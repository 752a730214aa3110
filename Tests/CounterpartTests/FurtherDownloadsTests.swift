import Counterpart
import Foundation
import StudyFiles
import Tables
import TestSupport
import Testing

/// More files as people download them, with several quirks at once (Tests/Fixtures/downloaded, 11 and 12).
@Suite struct FurtherDownloadsTests {
  private func check(_ table: String, files: [String: String] = [:]) throws -> StudyCheck {
    let folder = try DownloadFolder(files)
    defer { folder.remove() }
    return try StudyCheck(try folder.study(table))
  }

  private func message(_ table: String, files: [String: String] = [:]) -> String {
    do {
      _ = try check(table, files: files)
      return "nothing was refused"
    } catch { return "\(error)" }
  }

  private func row(_ check: StudyCheck, _ column: String) throws -> DictionaryRow {
    try #require(check.dictionary.first { $0.column == column }, "no column \(column)")
  }

  private func years(successors: String = "11-successors.csv") -> String {
    """
    {file: {2016: 11-2016.csv.gz, 2017: 11-2017.csv, 2018: 11-2018.csv}, rename: 11-renames.csv, \
    rows: level == 1, missing: dfe, successors: {urn: \(successors)}, key: [urn, year], \
    columns: {roll: {format: thousands}, expected: {format: band}, \
    opened: {format: d/m/y, missing: 01/01/1900}}}
    """
  }

  @Test func threeYearsThreeEncodings() throws {
    let found = try check(years())
    #expect(try row(found, "urn").rows == 9)
    #expect(try row(found, "urn").range == "101 to 300")
    #expect(try row(found, "name").range == "Birch, Oak, Églûs, Églûs – upper")
    #expect(try row(found, "roll").range == "98 to 1150")
    #expect(try row(found, "roll").codes == "NP 1")
    #expect(try row(found, "expected").range == "2.5 to 97.5")
    #expect(try row(found, "expected").missing == 4)
    #expect(try row(found, "opened").type == .date)
    #expect(try row(found, "opened").range == "1999-04-15 to 2001-09-01")
    #expect(try row(found, "opened").codes == "01/01/1900 3")
    let codes = found.diagnostics.map(\.code)
    #expect(codes.count { $0 == "encoding-found" } == 2)
    #expect(codes.count { $0 == "carriage-returns" } == 1)
    #expect(codes.contains("bands") && codes.contains("successors"))
    // Where lines end in carriage returns alone, there is no telling yet on which line a letter stands.
    let letters = found.diagnostics.filter { $0.code == "encoding-found" }.map(\.message)
    #expect(!letters[0].contains("first on line") && letters[1].contains("first on line 2"))
  }

  @Test func whatDoesNotFitIsRefusedWithItsPlace() {
    #expect(
      message(years(successors: "11-merger.csv")).contains(
        "key `urn, year`: found `101, 2016` again"))
    #expect(
      message("{file: 12-undefined.csv}").contains(
        "12-undefined.csv:3: byte 0x81 is no character of windows-1252"))
    #expect(
      message(
        "{file: f.csv, columns: {opened: {format: d/m/y}}}",
        files: ["f.csv": "urn,opened\n1,01/09/2010\n2,31/02/2015\n"]
      ).contains("f.csv:3: column `opened`: found `31/02/2015`"))
    #expect(
      message(
        "{file: f.csv, columns: {spend: {format: thousands}}}",
        files: ["f.csv": "urn,spend\n1,\"1,000\"\n2,£900\n"]
      ).contains("f.csv:3: column `spend`: found `£900`"))
  }

  /// Codes of one column leave its type to be found out.
  @Test(arguments: [
    (
      "opened", "{missing: 1900-01-01}", ColumnType.date, "2010-09-01 to 2011-09-01", "1900-01-01 1"
    ),
    (
      "opened", "{type: date, missing: 1900-01-01}", .date, "2010-09-01 to 2011-09-01",
      "1900-01-01 1"
    ),
    ("roll", "{missing: x}", .integer, "120 to 130", "x 1"),
    ("roll", "{type: number, missing: [x]}", .number, "120 to 130", "x 1"),
    ("band", "{missing: none}", .category, "high, low", "none 1"),
    (
      "band", "{type: category, levels: [low, high], missing: none}", .category, "low, high",
      "none 1"
    ),
  ])
  func codesOfOneColumn(
    column: String, declared: String, type: ColumnType, range: String, codes: String
  ) throws {
    let text =
      "urn,opened,roll,band\n1,2010-09-01,120,low\n2,1900-01-01,x,none\n3,2011-09-01,130,high\n"
    for more in ["", ", stream: true"] {
      let found = try check(
        "{file: f.csv, columns: {\(column): \(declared)}\(more)}", files: ["f.csv": text])
      let row = try row(found, column)
      #expect(row.type == type && row.range == range && row.codes == codes, "\(more)")
    }
  }

  /// Labelled files have types of their own, which codes of a column leave alone.
  @Test func codesOfOneColumnInLabelledFiles() throws {
    let labelled = fixturesFolder.appendingPathComponent("labelled").path
    for name in ["stata12.dta", "stata15.dta", "plain.sav", "compressed.zsav"] {
      let found = try check(
        "{file: \(labelled)/\(name), key: pupil, columns: {joined: {missing: 1900-01-01}, score: {missing: 0}, band: {missing: below}}}"
      )
      #expect(try row(found, "joined").type == .date)
      #expect(try row(found, "joined").codes == "empty 1, 1900-01-01 1")
      #expect(try row(found, "score").codes == "empty 1, 0 1")
      #expect(try row(found, "band").range == "at, above")
      #expect(try row(found, "band").codes == "below 2")
      #expect(!found.diagnostics.contains { $0.code == "date-1900" })
    }
  }
}
