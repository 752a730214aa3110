import Foundation
import Probability
import Tables
import TestSupport
import Testing

@Suite("Files read in pieces")
struct DelimitedStreamTests {
  /// A file that is taken away afterwards.
  private struct Scratch {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-\(UUID().uuidString).csv").path

    init(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
  }

  private enum Outcome: Equatable {
    case columns([Column], rows: Int, lines: [Int])
    case failure(String)
  }

  private func whole(_ path: String, _ settings: DelimitedSettings) -> Outcome {
    do throws(TableError) {
      let table = try DelimitedFile(path, settings: settings).read(as: "t")
      let lines = (0..<table.rowCount).map { table.source?.line(ofRow: $0) ?? 0 }
      return .columns(table.columns, rows: table.rowCount, lines: lines)
    } catch { return .failure("\(error)") }
  }

  private func pieces(
    _ path: String, _ settings: DelimitedSettings, window: Int, chunk: Int
  ) -> Outcome {
    do throws(TableError) {
      let stream = try DelimitedStream(
        scanning: DelimitedFile(path, settings: settings), as: "t", window: window,
        chunkRows: chunk)
      var chunks = try stream.chunks()
      var columns = stream.columns.map(\.column)
      var lines: [Int] = []
      var rows = 0
      var index = 0
      while let (table, firstRow) = try chunks.next() {
        #expect(firstRow == rows)
        // Each piece can be had by itself.
        let (own, ownRow) = try stream.piece(index)
        #expect("\(own.columns)" == "\(table.columns)" && ownRow == firstRow)
        #expect(own.source == table.source)
        index += 1
        rows += table.rowCount
        lines += (0..<table.rowCount).map { table.source?.line(ofRow: $0) ?? 0 }
        columns = zip(columns, table.columns).map { known, more in
          #expect(known.type == more.type)
          let storage: Column.Storage =
            switch (known.storage, more.storage) {
            case (.numbers(let a), .numbers(let b)): .numbers(a + b)
            case (.codes(let a, let levels), .codes(let b, _)): .codes(a + b, levels: levels)
            default: known.storage
            }
          return Column(known.name, type: known.type, storage: storage, missing: known.missing)
        }
      }
      #expect(rows == stream.rowCount && index == stream.pieceCount)
      for (column, found) in zip(columns, stream.columns) {
        #expect((0..<column.count).count { column.isMissing($0) } == found.missing)
      }
      return .columns(columns, rows: rows, lines: lines)
    } catch { return .failure("\(error)") }
  }

  private func check(_ bytes: [UInt8], _ settings: DelimitedSettings = DelimitedSettings()) throws {
    let scratch = try Scratch(bytes)
    defer { scratch.remove() }
    let expected = whole(scratch.path, settings)
    for (window, chunk) in [(64, 1), (100, 700), (1 << 16, 65_536)] {
      let found = pieces(scratch.path, settings, window: window, chunk: chunk)
      #expect(
        same(found, expected),
        "\(String(decoding: bytes.prefix(200), as: UTF8.self)) window \(window): \(found)")
    }
  }

  /// NaN is equal to NaN here.
  private func same(_ a: Outcome, _ b: Outcome) -> Bool { "\(a)" == "\(b)" }

  @Test("types, levels, codes, missing cells and lines are those of the file read whole")
  func agreement() throws {
    let late = (0..<2_000).map { "\($0),\($0 % 7),x\($0 % 11)" }.joined(separator: "\n")
    for text in [
      "a,b,c\n" + late, "a,b,c\n" + late + "\n,NA,\nlate,1.5,\"q\"\"q\"\n",
      "a,b\n1,\"two\nlines\"\n2,\"three\n\n\nlines\"\n3,x\n",
      "a,b\r\n1,2\r\n3,4\r\n\r\n", "a,b\n1,2\n\n3,4\n", "a,b\n1,2\n\n", "a\n\n\n1\n\n",
      "\u{FEFF}a,b\n\(String(repeating: "é,ß\n", count: 200))", "a,b\n1,2\n3", "a,b\n1,\"2",
      "a,b\n" + String(repeating: ",\n", count: 900) + "1,é\n", "a,b\n01,12%\n02,7%\n",
      "a", "a,a\n1,2\n", "a,\n1,2\n", "", "a,b\n1,2 \"x\n", "a,b\n1,\"2\"x\n",
      "d,l\n2017-09-01,TRUE\n2018-01-01,false\n",
      "long\n" + String(repeating: "y", count: 1_000) + "\n",
    ] {
      try check(Array(text.utf8))
    }
    try check(Array("a,b\n".utf8) + Array(repeating: 0x31, count: 300) + [0x2c, 0xff, 0x0a])
    try check(
      Array("a,b\n1,u\n2,v\nx,w\n".utf8),
      DelimitedSettings(
        columns: ["a": .init(.integer), "b": .init(.category, levels: ["v", "u"])]))
  }

  @Test("any bytes give the same rows or the same error")
  func fuzz() throws {
    let alphabet = Array("a1,,\"\n\n\r .é".utf8)
    var random = RandomStream(Seed(3)["pieces"])
    for _ in 0..<300 {
      let bytes = (0..<random.index(below: 260)).map { _ in
        alphabet[random.index(below: alphabet.count)]
      }
      try check(Array("p,q\n".utf8) + bytes)
    }
  }

  @Test(
    "a file that changes between readings is noticed",
    arguments: [
      "a,b,c\n1,2,u\n3,x,v\n", "a,b,c\n1,2,u\n3,4,w\n", "a,b,c\n1,2,u\n",
      "a,b,c\n1,2,u\n3,4,v\n5,6,v\n",
      "a,b,d\n1,2,u\n3,4,v\n", "a,b,c\n1,2,u\n3,45,v\n", "",
    ])
  func change(_ text: String) throws {
    let scratch = try Scratch(Array("a,b,c\n1,2,u\n3,4,v\n".utf8))
    defer { scratch.remove() }
    let stream = try DelimitedStream(scanning: DelimitedFile(scratch.path), as: "t")
    try Data(text.utf8).write(to: URL(fileURLWithPath: scratch.path))
    #expect(throws: TableError.self) {
      var chunks = try stream.chunks()
      while try chunks.next() != nil {}
    }
    // The header is not read again for a piece.
    if !text.hasPrefix("a,b,d") {
      #expect(throws: TableError.self) { try stream.piece(0) }
    }
  }

  @Test("compressed and transcoded files come in the same pieces, one after another")
  func downloads() throws {
    let folder = fixturesFolder.appendingPathComponent("downloaded")
    let path = folder.appendingPathComponent("two-members.csv.gz").path
    let file = DownloadedFile(DelimitedFile(path))
    let whole = try file.read(as: "t")
    for chunk in [1, 3, 100] {
      let stream = try DelimitedStream(scanning: file, as: "t", window: 64, chunkRows: chunk)
      #expect(!stream.hasPieces)
      #expect(stream.columns.map(\.column.type) == whole.columns.map(\.type))
      var chunks = try stream.chunks()
      var rows = 0
      while let (table, first) = try chunks.next() {
        #expect(first == rows && table.rowCount <= chunk)
        for (own, column) in zip(table.columns, whole.columns) {
          #expect(
            (0..<own.count).allSatisfy { own.text(at: $0) == column.text(at: first + $0) })
        }
        rows += table.rowCount
      }
      #expect(rows == whole.rowCount)
    }
  }
}
