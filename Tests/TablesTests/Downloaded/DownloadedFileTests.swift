import Foundation
import Tables
import TestSupport
import Testing

@Suite struct DownloadedFileTests {
  private func read(
    _ bytes: [UInt8], encoding: TextEncoding? = nil,
    settings: DelimitedSettings = DelimitedSettings()
  ) throws(TableError) -> Table {
    try DownloadedFile(DelimitedFile("d.csv", settings: settings), encoding: encoding)
      .read(bytes, as: "d")
  }

  private func texts(_ table: Table, _ column: String) throws -> [String] {
    let column = try #require(table[column])
    return (0..<column.count).map { column.text(at: $0) }
  }

  private func codes(_ table: Table) -> [String] { table.source?.diagnostics.map(\.code) ?? [] }

  @Test func plainFilesAreReadAsBefore() throws {
    let text = "a,b\n1,x\n2,y\n"
    let table = try read(Array(text.utf8))
    #expect(table.columns == (try DelimitedFile("d.csv").read(text: text, as: "d")).columns)
    #expect(codes(table).isEmpty)
  }

  @Test func windowsLettersAreFoundAndSaid() throws {
    // "Café – €5" with an en dash and a euro sign of Windows-1252.
    let bytes: [UInt8] =
      Array("name,n\n".utf8) + [0x43, 0x61, 0x66, 0xe9, 0x20, 0x96, 0x20, 0x80, 0x35]
      + Array(",1\n".utf8)
    let table = try read(bytes)
    #expect(try texts(table, "name") == ["Café – €5"])
    #expect(codes(table) == ["encoding-found"])
    #expect(table.source?.diagnostics.first?.message.contains("line 2") == true)
    let declared = try read(bytes, encoding: .windows1252)
    #expect(try texts(declared, "name") == ["Café – €5"])
    #expect(codes(declared).isEmpty)
  }

  @Test func latinLettersAreReadWhereDeclared() throws {
    let bytes: [UInt8] = Array("name,n\n".utf8) + [0xc9, 0x63, 0x6f, 0x6c, 0x65, 0x2c, 0x31, 0x0a]
    #expect(try texts(read(bytes, encoding: .latin1), "name") == ["École"])
    // 0x96 is a control character of Latin-1.
    let dash: [UInt8] = Array("name,n\nx,2\n".utf8) + [0x96, 0x2c, 0x31, 0x0a]
    #expect(
      throws: TableError.unknownCharacter(file: "d.csv", line: 3, byte: 0x96, encoding: "latin-1")
    ) { try read(dash, encoding: .latin1) }
    #expect(
      throws: TableError.unknownCharacter(
        file: "d.csv", line: 2, byte: 0x81, encoding: "windows-1252")
    ) { try read(Array("a,b\n".utf8) + [0x81, 0x2c, 0x31, 0x0a]) }
  }

  /// A file that is UTF-8 here and something else there is damaged, not in another encoding.
  @Test func mixedEncodingsAreRefusedWithTheirLine() throws {
    let bytes: [UInt8] = Array("name,n\nZoë,1\n".utf8) + [0xe9, 0x2c, 0x32, 0x0a]
    #expect(throws: TableError.invalidUTF8(file: "d.csv", line: 3, byte: 14)) { try read(bytes) }
  }

  @Test func carriageReturnsAloneEndLines() throws {
    let table = try read(Array("a,b\r1,\"x\ry\"\r2,z\r".utf8))
    #expect(try texts(table, "a") == ["1", "2"])
    #expect(codes(table) == ["carriage-returns"])
    #expect(table.source?.line(ofRow: 1) == 4)
    // One among line feeds is a fault of the file.
    #expect(throws: TableError.loneCarriageReturn(file: "d.csv", line: 2)) {
      try read(Array("a,b\n1,x\r2,y\n".utf8))
    }
  }

  @Test func carriageReturnsAndOldLettersTogether() throws {
    let table = try read([0x61, 0x2c, 0x62, 0x0d, 0xe9, 0x2c, 0x31, 0x0d])
    #expect(try texts(table, "a") == ["é"])
    #expect(Set(codes(table)) == ["encoding-found", "carriage-returns"])
  }

  @Test func compressedFilesAreUnpacked() throws {
    let folder = fixturesFolder.appendingPathComponent("downloaded")
    let bytes = Array(try Data(contentsOf: folder.appendingPathComponent("schools.csv.gz")))
    let table = try read(bytes)
    #expect(table.rowCount == 3)
    #expect(try texts(table, "name") == ["Ash", "Birch", "Cedar"])
    // Two members, as `cat a.gz b.gz` makes.
    let two = Array(try Data(contentsOf: folder.appendingPathComponent("two-members.csv.gz")))
    #expect(try read(two).rowCount == 4)
    for end in [bytes.count / 2, bytes.count - 4, 5] {
      let error = #expect(throws: TableError.self) { try read(Array(bytes[..<end])) }
      #expect(try #require(error).description.contains("cannot be unpacked"))
    }
    var altered = bytes
    altered[bytes.count - 6] ^= 0xff
    #expect(throws: TableError.self) { try read(altered) }
    #expect(throws: TableError.self) { try read(bytes + Array("tail".utf8)) }
    #expect(try read(bytes + [0, 0, 0]).rowCount == 3)
  }

  @Test func wideTextIsNamed() throws {
    let error = #expect(throws: TableError.self) {
      try read([0xff, 0xfe, 0x61, 0x00, 0x0a, 0x00])
    }
    #expect(try #require(error).description.contains("UTF-16"))
  }
}
