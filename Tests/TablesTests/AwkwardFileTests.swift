import Foundation
import Tables
import Testing

@Suite struct AwkwardFileTests {
  @Test func headerAlone() throws {
    for text in ["a,b", "a,b\n", "a,b\r\n", "a,b\n\n"] {
      let table = try read(text)
      #expect(table.columnNames == ["a", "b"] && table.rowCount == 0)
    }
  }

  @Test func oneColumn() throws {
    #expect(try texts(read("a\n1\n\n2"), "a") == ["1", "", "2"])
    #expect(try texts(read("a\n1\n"), "a") == ["1"])
    #expect(try texts(read("a\n1\n\n"), "a") == ["1", ""])
    #expect(try texts(read("a\nx\r\n\r\ny\r\n"), "a") == ["x", "", "y"])
  }

  @Test func blanksRoundCellsAreDropped() throws {
    let table = try read("a , b\n 1 ,  x y \n2, \" z, \" \n \"3\" ,  \n")
    #expect(try numbers(table, "a") == [1, 2, 3])
    #expect(try texts(table, "b") == ["x y", " z, ", ""])
    let error = #expect(throws: TableError.self) { try read("a,b\n  \n") }
    #expect(error == .raggedRow(file: "t.csv", line: 2, found: 1, expected: 2))
  }

  @Test func anotherSeparatorIsSuspected() throws {
    #expect(try read("urn;year\n1;2\n").source?.diagnostics.map(\.code) == ["one-column"])
    let table = try read("urn;year\n1;2\n", DelimitedSettings(separator: .semicolon))
    #expect(try numbers(table, "year") == [2] && table.source?.diagnostics.isEmpty == true)
  }

  @Test func quotesInsideUnquotedCellsAreCharacters() throws {
    #expect(try texts(read("a,b\n5\" pipe,x\n"), "a") == ["5\" pipe"])
  }

  @Test func lastCellMayBeEmptyWithoutLineEnd() throws {
    let table = try read("a,b\n1,")
    #expect(table.rowCount == 1 && table["b"]?.isMissing(0) == true)
  }

  @Test func veryLongCells() throws {
    let long = String(repeating: "Ω\"\n,", count: 300_000)
    let quoted = long.replacing("\"", with: "\"\"")
    let table = try read("a,b\n1,\"\(quoted)\"\n2,\(String(repeating: "9", count: 100_000))\n")
    #expect(table["b"]?.text(at: 0) == long)
    #expect(table.source?.line(ofRow: 1) == 3 + 300_000)
    #expect(table["b"]?.text(at: 1).utf8.count == 100_000)
  }

  @Test func manyColumns() throws {
    let count = 20_000
    let header = (0..<count).map { "c\($0)" }.joined(separator: ",")
    let row = (0..<count).map(String.init).joined(separator: ",")
    let table = try read("\(header)\n\(row)\n\(row)\n")
    #expect(table.columns.count == count)
    #expect(try numbers(table, "c19999") == [19_999, 19_999])
  }

  @Test func bytesThatAreNoText() {
    let cases: [([UInt8], TableError)] = [
      (Array("a,b\n1,".utf8) + [0xe9, 0x0a], .invalidUTF8(file: "t.csv", line: 2, byte: 6)),
      ([0xff, 0xfe, 0x61, 0x00], .invalidUTF8(file: "t.csv", line: 1, byte: 0)),
      ([0x1f, 0x8b, 0x08], .compressedFile("t.csv")),
    ]
    for (bytes, expected) in cases {
      let error = #expect(throws: TableError.self) {
        try DelimitedFile("t.csv").read(bytes: bytes, as: "t")
      }
      #expect(error == expected)
    }
  }

  @Test func filesOnDisk() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-tables-\(ProcessInfo.processInfo.processIdentifier)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("räume.tsv")
    try Data("a\tb\n1\t2,5\n".utf8).write(to: file)
    let table = try DelimitedFile(file.path).read(as: "rooms")
    #expect(table.name == "rooms" && table["b"]?.text(at: 0) == "2,5")
    #expect(table.source?.file == file.path)

    let absent = folder.appendingPathComponent("absent.csv").path
    #expect(throws: TableError.missingFile(absent)) { try DelimitedFile(absent).read(as: "t") }
    let error = #expect(throws: TableError.self) {
      try DelimitedFile(folder.path).read(as: "t")
    }
    guard case .unreadableFile(folder.path, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func linesSurviveSelection() throws {
    let table = try read("a,b\n1,\"x\ny\"\n2,z\n3,\"p\n\nq\"\n4,r\n")
    let chosen = table.selecting(rows: [3, 1]).selecting(rows: [1, 0])
    #expect((0..<2).map { chosen.source?.line(ofRow: $0) } == [4, 8])
    #expect(try numbers(chosen, "a") == [2, 4])
  }
}
