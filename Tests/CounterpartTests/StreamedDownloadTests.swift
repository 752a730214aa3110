import Counterpart
import Foundation
import StudyFiles
import Tables
import TestSupport
import Testing

/// Files as people download them, read in pieces: as they are read whole.
@Suite struct StreamedDownloadTests {
  /// What a study of one table `d` finds in its data, or says against them.
  private func outcome(
    _ table: String, stream: Bool, files: [String: String] = [:]
  ) throws -> (dictionary: [DictionaryRow], diagnostics: [Diagnostic], error: String?) {
    let folder = try DownloadFolder(files)
    defer { folder.remove() }
    do {
      let check = try StudyCheck(
        try folder.study("{\(table)\(stream ? ", stream: true" : "")}"))
      let diagnostics = check.diagnostics.map {
        Diagnostic(
          $0.severity, code: $0.code,
          $0.message.replacingOccurrences(of: folder.path + "/", with: ""))
      }
      return (check.dictionary, diagnostics, nil)
    } catch {
      return ([], [], "\(error)".replacingOccurrences(of: folder.path + "/", with: ""))
    }
  }

  static let tables = [
    "file: 01-windows.csv", "file: 01-windows.csv, encoding: windows-1252",
    "file: 02-latin.csv, encoding: latin-1", "file: 03-carriage-returns.csv",
    "file: 04-compressed.csv.gz",
    "file: 05-thousands.csv, missing: dfe, columns: {roll: {format: thousands}, income: {format: thousands}}",
    "file: 05-thousands.csv, columns: {roll: {format: thousands}, income: {format: thousands}}",
    "file: 05-thousands.csv, rename: {roll: pupils}",
    "file: 05-thousands.csv, rename: {ROLL: pupils}",
    "file: 05-thousands.csv, columns: {pupils: {format: thousands}}, rename: {roll: pupils}",
    "file: 06-dates.csv, columns: {opened: {format: d/m/y}, closed: {format: d/m/y, missing: 01/01/1900}}",
    "file: 06-dates.csv, columns: {closed: {format: d/m/y}}",
    "file: 06-dates.csv, columns: {opened: {format: m/d/y}}",
    "file: 07-codes.csv, missing: dfe", "file: 07-codes.csv",
    "file: 08-levels.csv, successors: {urn: 10-successors.csv}",
    "file: 09-bands.csv, missing: dfe, columns: {expected: {format: band}}",
    "file: 08-levels.csv, columns: {urn: category}, successors: {urn: 10-successors.csv}",
    "file: s.csv, successors: {urn: f.csv}", "file: s.csv, successors: {place: f.csv}",
    "file: s.csv, successors: {place: f.csv}, columns: {place: {levels: [z, b, a, x], type: category}}",
    "file: s.csv, successors: {plaice: f.csv}", "file: s.csv, columns: {plaice: number}",
    "file: s.csv, successors: {urn: g.csv}", "file: nowhere.csv",
  ]

  static let files = [
    "s.csv": "urn,place\n3,a\n1,b\n2,x\n1,a\n,\n", "f.csv": "from,to\n1,7\n7,9\na,m\nx,b\n",
    "g.csv": "from,to\n1,A\n",
  ]

  @Test(arguments: tables)
  func isReadAsWhole(_ table: String) throws {
    let whole = try outcome(table, stream: false, files: Self.files)
    let streamed = try outcome(table, stream: true, files: Self.files)
    #expect(streamed.dictionary == whole.dictionary)
    #expect(streamed.diagnostics == whole.diagnostics)
    #expect(streamed.error == whole.error)
  }

  @Test func whatNeedsTheWholeTableIsRefusedWhereItStands() throws {
    func message(_ table: String) throws -> String {
      try outcome(table, stream: true).error ?? "nothing was refused"
    }
    let rows = try message("file: 08-levels.csv, rows: level == \"School\"")
    #expect(rows.contains("study.yaml:5:") && rows.contains("under `population`"))
    let years = try message("file: {2018: 10-2018.csv.gz, 2019: 10-2019.csv}")
    #expect(years.contains("study.yaml:5:") && years.contains("the files of all years"))
    let labelled = fixturesFolder.appendingPathComponent("labelled").path
    #expect(try message("file: \(labelled)/plain.sav").contains("Stata or SPSS"))
  }

  @Test func aModelOfACompressedStreamIsThatOfTheFile() throws {
    // The rows of a model, in one order and through every conversion.
    var pupils = "URN,Score,Roll\n"
    for row in 0..<400 {
      let school = row % 12
      pupils += "\(school),\(Double((row * 37) % 101) / 7 + Double(school)),\"1,\(100 + row)\"\n"
    }
    func results(_ stream: Bool, threads: Int) throws -> String {
      let folder = try DownloadFolder(["p.csv": pupils, "s.csv": "from,to\n11,10\n"])
      defer { folder.remove() }
      let study = try folder.study(
        "{file: p.csv, stream: \(stream), rename: {URN: urn, Score: score, Roll: roll}, "
          + "successors: {urn: s.csv}, columns: {urn: category, roll: {format: thousands}}}",
        step: "{multilevel: {data: d, formula: score ~ roll + (1 | urn)}}")
      _ = try Runner(study: study, output: "\(folder.path)/r", threads: threads).run()
      return try String(
        contentsOfFile: "\(folder.path)/r/tables/what.coefficients.csv", encoding: .utf8)
    }
    let whole = try results(false, threads: 1)
    let streamed = try results(true, threads: 1)
    #expect(streamed == (try results(true, threads: 2)))
    let (a, b) = (whole.split(separator: ","), streamed.split(separator: ","))
    #expect(a.count == b.count && a.count > 10)
    for (x, y) in zip(a, b) where x != y {
      let (p, q) = (try #require(Double(x)), try #require(Double(y)))
      #expect(abs(p - q) < 1e-7 * max(1, abs(p)))
    }
  }
}
