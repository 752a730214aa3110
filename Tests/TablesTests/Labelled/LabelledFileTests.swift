import Foundation
import Tables
import TestSupport
import Testing

/// Files that R's haven and foreign have written (Tests/Fixtures/labelled).
@Suite struct LabelledFileTests {
  static let folder = fixturesFolder.appendingPathComponent("labelled")

  private func read(
    _ name: String, settings: DelimitedSettings = DelimitedSettings()
  ) throws -> Table {
    let path = Self.folder.appendingPathComponent(name).path
    let format = try #require(LabelledFile.Format(fileExtensionOf: path))
    return try LabelledFile(path, format: format, settings: settings).read(as: "people")
  }

  private func texts(_ table: Table, _ column: String) throws -> [String] {
    let column = try #require(table[column])
    return (0..<column.count).map { column.text(at: $0) }
  }

  @Test(arguments: [
    "stata8.dta", "stata10.dta", "stata12.dta", "stata13.dta", "stata14.dta", "stata15.dta",
    "plain.sav", "uncompressed.sav", "compressed.zsav",
  ])
  func everyVersionSaysTheSame(name: String) throws {
    let table = try read(name)
    #expect(table.rowCount == 5)
    #expect(try texts(table, "pupil") == ["101", "102", "103", "104", "105"])
    #expect(try texts(table, "score") == ["1.5", "", "-2.25", "0", "12.75"])
    #expect(try texts(table, "band") == ["below", "at", "above", "below", "at"])
    #expect(table["band"]?.type == .category)
    guard case .codes(_, let levels) = try #require(table["band"]).storage else { return }
    #expect(levels == ["below", "at", "above"])
    // Labels at the ends of a scale name no category.
    #expect(table["scale"]?.type == .integer)
    #expect(try texts(table, "scale") == ["1", "5", "3", "4", "2"])
    #expect(table.source?.diagnostics.contains { $0.code == "partly-labelled" } == true)
    let names = try texts(table, "name")
    #expect(names[1...3] == ["Ann", "Bo", ""])
    // Files of Stata before 14 have no encoding, and this writer puts UTF-8 where Stata has Windows-1252.
    if !["stata8.dta", "stata10.dta", "stata12.dta", "stata13.dta"].contains(name) {
      #expect(names[0] == "Zoë" && names[4] == "José")
    }
    #expect(
      try texts(table, "joined") == ["2015-09-01", "1960-01-01", "", "1900-01-01", "2024-02-29"])
    #expect(table["joined"]?.type == .date)
    #expect(table["pupil"]?.type == .integer && table["score"]?.type == .number)
    #expect(try texts(table, "reason") == ["present", "", "", "", "late"])
  }

  @Test(arguments: ["stata8.dta", "stata12.dta", "stata15.dta"])
  func taggedMissingValuesAreCountedByName(name: String) throws {
    let reason = try #require(try read(name)["reason"])
    #expect(
      reason.missing == [
        MissingCount(code: "", count: 1), MissingCount(code: ".b", count: 1),
        MissingCount(code: "absent", count: 1),
      ])
  }

  @Test(arguments: ["plain.sav", "compressed.zsav"])
  func userMissingValuesAreCountedByName(name: String) throws {
    let table = try read(name)
    #expect(
      table["reason"]?.missing == [
        MissingCount(code: "", count: 1), MissingCount(code: "8", count: 1),
        MissingCount(code: "refused", count: 1),
      ])
    #expect(try texts(table, "range") == ["5", "", "", "10", ""])
    #expect(table["range"]?.missing.map(\.code) == ["97", "98", "99"])
  }

  @Test func declaredTypesHold() throws {
    let declared = DelimitedSettings(columns: [
      "band": .init(.number), "scale": .init(.category), "name": .init(.text),
    ])
    let table = try read("plain.sav", settings: declared)
    #expect(try texts(table, "band") == ["1", "2", "3", "1", "2"])
    #expect(try texts(table, "scale") == ["never", "always", "3", "4", "2"])
    #expect(table["name"]?.type == .text)
    #expect(throws: TableError.self) {
      try read("plain.sav", settings: DelimitedSettings(columns: ["nme": .init(.text)]))
    }
    let error = #expect(throws: TableError.self) {
      try read("plain.sav", settings: DelimitedSettings(columns: ["name": .init(.number)]))
    }
    #expect(try #require(error).description.contains("plain.sav:1: column `name`: found `Zoë`"))
  }

  @Test func codesInTextsAreMissing() throws {
    let table = try read("plain.sav", settings: DelimitedSettings(missing: ["", "Bo"]))
    #expect(try texts(table, "name") == ["Zoë", "Ann", "", "", "José"])
    #expect(
      table["name"]?.missing == [
        MissingCount(code: "", count: 1), MissingCount(code: "Bo", count: 1),
      ])
  }

  @Test func anotherWriterIsRead() throws {
    let table = try read("foreign.dta")
    #expect(try texts(table, "half") == ["0.5", "1", "", "2", "2.5"])
  }

  @Test(arguments: ["cut.dta", "cut.sav", "billion.dta"])
  func damagedFilesAreRefused(name: String) throws {
    let error = #expect(throws: TableError.self) { try read(name) }
    #expect(try #require(error).description.contains(name))
  }

  @Test func otherFilesUnderTheseNamesAreRefused() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("labelled-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in [
      ("a.dta", "urn,year\n1,2\n"), ("a.sav", ""), ("a.zsav", "$FL"), ("b.dta", "s"),
    ] {
      let path = folder.appendingPathComponent(name).path
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      let format = try #require(LabelledFile.Format(fileExtensionOf: path))
      #expect(throws: TableError.self) { try LabelledFile(path, format: format).read(as: "a") }
    }
    #expect(throws: TableError.missingFile("none.dta")) {
      try LabelledFile("none.dta", format: .stata).read(as: "a")
    }
  }

  /// Any file with a few bytes changed is read or refused, and never ends the process.
  @Test func alteredFilesNeverCrash() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("altered-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var state: UInt64 = 42
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var (read, refused) = (0, 0)
    for name in ["stata12.dta", "stata14.dta", "plain.sav", "compressed.zsav"] {
      let original = Array(try Data(contentsOf: Self.folder.appendingPathComponent(name)))
      for trial in 0..<60 {
        var bytes = original
        for _ in 0..<3 { bytes[16 + next(bytes.count - 16)] = UInt8(next(256)) }
        let path = folder.appendingPathComponent("\(trial)-\(name)").path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let format = try #require(LabelledFile.Format(fileExtensionOf: path))
        do throws(TableError) {
          let table = try LabelledFile(path, format: format).read(as: "altered")
          #expect(table.columns.allSatisfy { $0.count == table.rowCount })
          read += 1
        } catch { refused += 1 }
      }
    }
    #expect(read > 0 && refused > 0)
  }
}
