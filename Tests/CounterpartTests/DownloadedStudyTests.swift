import Counterpart
import Foundation
import StudyFiles
import Tables
import TestSupport
import Testing

/// Ten files as people download them (Tests/Fixtures/downloaded), read through the study language.
@Suite struct DownloadedStudyTests {
  /// The data dictionary and the doubts about one table, `d`.
  private func check(
    _ table: String, files: [String: String] = [:]
  ) throws -> StudyCheck {
    let folder = try DownloadFolder(files)
    defer { folder.remove() }
    return try StudyCheck(try folder.study(table))
  }

  private func row(_ check: StudyCheck, _ column: String) throws -> DictionaryRow {
    try #require(check.dictionary.first { $0.column == column }, "no column \(column)")
  }

  private func message(_ table: String, files: [String: String] = [:]) -> String {
    do {
      _ = try check(table, files: files)
      return "nothing was refused"
    } catch { return "\(error)" }
  }

  @Test func one_windowsLetters() throws {
    let found = try check("{file: 01-windows.csv, key: urn}")
    #expect(try row(found, "name").range == "St Mary’s – Infants, École Noël")
    #expect(found.diagnostics.map(\.code) == ["encoding-found"])
    let declared = try check("{file: 01-windows.csv, key: urn, encoding: windows-1252}")
    #expect(declared.diagnostics.isEmpty)
  }

  @Test func two_latinLetters() throws {
    let found = try check("{file: 02-latin.csv, key: urn, encoding: latin-1}")
    #expect(try row(found, "name").range == "Sant Jaume ç, Ysgol Tôn")
    #expect(message("{file: 02-latin.csv, encoding: latin-2}").contains("`latin-1`"))
  }

  @Test func three_carriageReturns() throws {
    let found = try check("{file: 03-carriage-returns.csv, key: urn}")
    #expect(try row(found, "score").rows == 2)
    #expect(found.diagnostics.map(\.code) == ["carriage-returns"])
  }

  @Test func four_compressed() throws {
    #expect(
      try row(try check("{file: 04-compressed.csv.gz, key: urn}"), "score").range == "99 to 101.5")
  }

  @Test func five_thousands() throws {
    let columns = "columns: {roll: {format: thousands}, income: {format: thousands}}"
    let found = try check("{file: 05-thousands.csv, key: urn, missing: dfe, \(columns)}")
    #expect(try row(found, "roll").range == "315 to 1204")
    #expect(try row(found, "income").range == "12000 to 2345678.5")
    #expect(try row(found, "income").codes == "SUPP 1")
    // Where the code is not declared, the cell is named.
    #expect(
      message("{file: 05-thousands.csv, \(columns)}").contains(
        "05-thousands.csv:3: column `income`: found `SUPP`"))
  }

  @Test func six_dates() throws {
    let found = try check(
      "{file: 06-dates.csv, columns: {opened: {format: d/m/y}, closed: {format: d/m/y, missing: 01/01/1900}}}"
    )
    #expect(try row(found, "opened").range == "2015-01-01 to 2017-09-01")
    #expect(try row(found, "closed").range == "2020-03-15 to 2020-03-15")
    #expect(try row(found, "closed").codes == "01/01/1900 2")
    #expect(found.diagnostics.isEmpty)
    let undeclared = try check("{file: 06-dates.csv, columns: {closed: {format: d/m/y}}}")
    #expect(undeclared.diagnostics.contains { $0.code == "date-1900" })
    #expect(
      message("{file: 06-dates.csv, columns: {opened: {format: m/d/y}}}").contains(
        "06-dates.csv:3: column `opened`: found `31/08/2016`, expected a date written as m/d/y"))
  }

  @Test func seven_codes() throws {
    let progress = try row(try check("{file: 07-codes.csv, missing: dfe}"), "progress")
    #expect(progress.type == .number && progress.missing == 8)
    #expect(progress.codes == "empty 1, NA 1, NE 1, NP 1, SUPP 2, LOWCOV 1, SP 1")
    // Codes that are not declared make a category, and that is said.
    let plain = try check("{file: 07-codes.csv}")
    #expect(try row(plain, "progress").type == .category)
  }

  @Test func eight_levels() throws {
    let found = try check("{file: 08-levels.csv, rows: level == \"School\", key: urn}")
    let score = try row(found, "score")
    #expect(score.rows == 3 && score.type == .number && score.range == "99 to 101.5")
    #expect(try row(found, "urn").missing == 0)
    #expect(found.diagnostics.contains { $0.message.contains("kept 3 of 6 rows") })
    #expect(message("{file: 08-levels.csv, key: urn}").contains("08-levels.csv:2: key `urn`"))
    #expect(message("{file: 08-levels.csv, rows: levl == \"School\"}").contains("levl"))
    #expect(message("{file: 08-levels.csv, rows: la == 999}").contains("no row meets"))
  }

  @Test func nine_bands() throws {
    let found = try check("{file: 09-bands.csv, missing: dfe, columns: {expected: {format: band}}}")
    #expect(try row(found, "expected").range == "2.5 to 97.5")
    #expect(found.diagnostics.map(\.code) == ["bands"])
    #expect(
      message("{file: b.csv, columns: {x: {format: band}}}", files: ["b.csv": "x\n60 - <55%\n"])
        .contains("b.csv:2: column `x`: found `60 - <55%`"))
  }

  @Test func ten_allTogether() throws {
    let table = """
      {file: {2018: 10-2018.csv.gz, 2019: 10-2019.csv}, rename: 10-renames.csv, \
      rows: level == "School", missing: dfe, successors: {urn: 10-successors.csv}, key: [urn, year], \
      columns: {roll: {format: thousands}, expected: {format: band}, \
      opened: {format: d/m/y, missing: 01/01/1900}}}
      """
    let found = try check(table)
    #expect(
      found.dictionary.map(\.column) == [
        "year", "level", "urn", "name", "roll", "expected", "opened",
      ])
    #expect(found.dictionary.allSatisfy { $0.rows == 4 })
    #expect(try row(found, "urn").range == "2 to 101")
    #expect(try row(found, "roll").range == "315 to 1260")
    #expect(try row(found, "roll").codes == "NE 1")
    #expect(try row(found, "expected").range == "2.5 to 62.5")
    #expect(try row(found, "expected").codes == "SUPP 1")
    #expect(try row(found, "opened").codes == "01/01/1900 2")
    #expect(try row(found, "name").range == "Birch, École")
    let codes = Set(found.diagnostics.map(\.code))
    #expect(
      codes.isSuperset(of: [
        "encoding-found", "carriage-returns", "rows-selected", "bands", "successors",
      ]))
    #expect(
      found.diagnostics.contains { $0.message.contains("replaced the `urn` of 1 row of `d`") })
  }

  @Test func renamesThatDoNotFitAreRefused() {
    let start = "{file: {2018: 10-2018.csv.gz}, rename: r.csv}"
    #expect(
      message(start, files: ["r.csv": "year,from,to\n2018,TOTPUP,roll\n"]).contains(
        "r.csv:2: "))
    #expect(
      message(start, files: ["r.csv": "year,from,to\n2018,URN,x\n2018,LEVEL,x\n"]).contains(
        "both to be `x`"))
    #expect(
      message(start, files: ["r.csv": "old,new\nURN,x\n"]).contains("expected columns `from`"))
    #expect(
      message(start, files: ["r.csv": "year,from,to\nlast,URN,x\n"]).contains(
        "r.csv:2: column `year`: found `last`"))
    #expect(
      message("{file: 05-thousands.csv, rename: {ROLL: pupils}}").contains("no column `ROLL`"))
    #expect(message("{file: {y18: a.csv}}").contains("a year such as 2019"))
  }

  @Test func successorsThatCannotBeFollowedAreRefused() {
    let start = "{file: 08-levels.csv, rows: level == \"School\", successors: {urn: s.csv}}"
    #expect(
      message(start, files: ["s.csv": "from,to\n1,2\n2,1\n"]).contains("leads back to itself"))
    #expect(
      message(start, files: ["s.csv": "from,to\n1,2\n1,3\n"]).contains("s.csv:3: column `to`"))
    #expect(message(start, files: ["s.csv": "from,to\n1,\n"]).contains("s.csv:2"))
    #expect(message(start, files: ["s.csv": "from,to\n1,A\n"]).contains("is no number"))
    #expect(message(start).contains("there is no file"))
  }

  @Test func statisticalFilesAreTables() throws {
    let labelled = fixturesFolder.appendingPathComponent("labelled").path
    for name in ["stata12.dta", "stata15.dta", "plain.sav", "compressed.zsav"] {
      let found = try check("{file: \(labelled)/\(name), key: pupil}")
      #expect(try row(found, "band").range == "below, at, above")
      #expect(try row(found, "joined").type == .date)
      #expect(found.diagnostics.contains { $0.code == "date-1900" })
    }
    #expect(message("{file: \(labelled)/cut.dta}").contains("cut.dta"))
  }
}
