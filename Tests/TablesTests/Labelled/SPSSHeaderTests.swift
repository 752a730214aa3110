import Foundation
import Tables
import TestSupport
import Testing

/// The number of cases in the header of a file of SPSS is compared with what is there and not believed.
@Suite struct SPSSHeaderTests {
  /// A file of five rows whose header announces another number, cut off at its end by so many bytes.
  private func read(_ name: String, announcing count: Int32, cut: Int = 0) throws -> Table {
    var bytes = Array(
      try Data(contentsOf: LabelledFileTests.folder.appendingPathComponent(name)))
    for place in 0..<4 { bytes[80 + place] = UInt8(truncatingIfNeeded: count >> (8 * place)) }
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("header-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent(name)
    try Data(bytes.dropLast(cut)).write(to: path)
    let format = try #require(LabelledFile.Format(fileExtensionOf: name))
    return try LabelledFile(path.path, format: format).read(as: "people")
  }

  private static let names = ["plain.sav", "uncompressed.sav", "compressed.zsav"]

  @Test(arguments: names)
  func aNumberThatIsNotKnownIsCounted(name: String) throws {
    let table = try read(name, announcing: -1)
    #expect(table.rowCount == 5)
    #expect(table["pupil"]?.text(at: 4) == "105")
  }

  @Test(arguments: names, [2, 4, 6, 1_000_000_000])
  func anotherNumberIsRefused(name: String, count: Int) throws {
    let error = #expect(throws: TableError.self) {
      try read(name, announcing: Int32(count))
    }
    let message = try #require(error).description
    #expect(message.contains("announces \(count) rows and 5 could be read"), "\(message)")
    #expect(message.contains(count < 5 ? "export it again" : "cut off"), "\(message)")
  }

  @Test func cutFilesAreRefused() throws {
    let error = #expect(throws: TableError.self) {
      try read("uncompressed.sav", announcing: 5, cut: 9)
    }
    #expect(try #require(error).description.contains("announces 5 rows and 4 could be read"))
    #expect(throws: TableError.self) { try read("compressed.zsav", announcing: 5, cut: 9) }
  }
}
