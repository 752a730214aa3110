import Foundation
import Probability
import Tables
import TestSupport
import Testing

/// Through how small a window a file is read changes nothing about its table, nor about what is wrong with it.
@Suite struct WindowTests {
  private enum Kind: CaseIterable { case delimited, downloaded, declared }

  /// All there is to know of a table, or the error.
  private func outcome(_ bytes: [UInt8], _ kind: Kind, window: Int) -> String {
    do throws(TableError) {
      let settings = DelimitedSettings(missing: ["", "NA", "x y"])
      let file = DelimitedFile("t.csv", settings: settings)
      let table: Table
      switch kind {
      case .delimited: table = try file.read(bytes: bytes, as: "t", window: window)
      case .downloaded: table = try DownloadedFile(file).read(bytes, as: "t", window: window)
      case .declared:
        table = try DownloadedFile(file, encoding: .windows1252)
          .read(bytes, as: "t", window: window)
      }
      let lines = (0..<table.rowCount).map { table.source?.line(ofRow: $0) ?? 0 }
      return "\(table.columns) \(lines) \(table.source?.diagnostics ?? [])"
    } catch { return "\(error)" }
  }

  /// - Returns: whether it was a table.
  @discardableResult
  private func check(_ bytes: [UInt8], windows: [Int] = [64, 65, 100, 257, 1 << 12]) -> Bool {
    var isTable = false
    for kind in Kind.allCases {
      let whole = outcome(bytes, kind, window: max(64, bytes.count + 1) * 8)
      if whole.hasPrefix("[") { isTable = true }
      for window in windows {
        let found = outcome(bytes, kind, window: window)
        #expect(
          found == whole, "\(kind), window \(window): \(String(decoding: bytes, as: UTF8.self))")
      }
    }
    return isTable
  }

  @Test func anyBytesGiveTheSameTableOrTheSameError() {
    let cells =
      [
        "a", "1", "12.5", ",", ",", ",", "\n", "\n", "\r\n", "\r", "\"", "\"\"", "\"x\ny\"", " ",
        "é", "NA",
      ]
      .map { Array($0.utf8) } + [[0xe9], [0x96], [0x81], [0xc3], [0x1f, 0x8b]]
    var random = RandomStream(Seed(5)["windows"])
    var tables = 0
    for turn in 0..<700 {
      // Faults are rare, so that some files are read to the end.
      let kinds = [3, 8, 10, 12, cells.count][turn % 5]
      var bytes = Array("p,q\n".utf8)
      if turn % 5 == 3 { bytes = Array("p,q\r".utf8) }
      while bytes.count < 40 + random.index(below: 300) {
        if kinds == 3 || random.uniform() < 0.8 {
          let row = ["1,2", "a,\"b\nc\"", "3,é", "NA,\"q\"\"\"", "\"4\",x y"][
            random.index(below: 5)]
          bytes += Array(row.utf8) + [turn % 5 == 3 ? 0x0d : 0x0a]
        } else {
          bytes += cells[random.index(below: kinds)]
        }
      }
      if check(bytes) { tables += 1 }
    }
    #expect(tables > 200 && tables < 690, "\(tables) of 700 were tables")
  }

  @Test func whatStandsAtAnEdgeOfTheWindow() {
    for pad in 40..<80 {
      let front = "p,q\n" + String(repeating: "7", count: pad) + ",1\n"
      for tail in [
        "a,\"b\"\n", "a,\"b\"\"\n\"\nc,d\n", "\r\n", "\n", "\n\n", "é,ß\n", "a,b", "a,b\r", "a\n",
        "\"a,b\n",
        "a,\"b\"c\n", "01,5%\n",
      ] {
        check(Array((front + tail).utf8), windows: [64])
        check(Array((front + tail + front).utf8), windows: [64])
      }
      check(Array(front.utf8) + [0xe9, 0x2c, 0x31, 0x0a], windows: [64])
      check(Array(front.utf8) + [0x81, 0x2c, 0x31, 0x0a], windows: [64])
      check(Array(("\u{FEFF}" + front).utf8) + [0xe9, 0x2c, 0x31, 0x0a], windows: [64])
    }
  }

  @Test func compressedBytesInSmallPieces() throws {
    let folder = fixturesFolder.appendingPathComponent("downloaded")
    for name in ["schools.csv.gz", "two-members.csv.gz"] {
      let bytes = Array(try Data(contentsOf: folder.appendingPathComponent(name)))
      check(bytes)
      for end in stride(from: 2, to: bytes.count, by: 7) {
        check(Array(bytes[..<end]), windows: [64])
        var altered = bytes
        altered[end] ^= 0x41
        check(altered, windows: [64])
      }
      check(bytes + [0, 0, 0])
      check(bytes + [0, 0x1f])
      check(bytes + [0x1f, 0x8b])
    }
  }

  @Test func whatIsNoTextIsSaidBeforeAnythingElse() {
    // A ragged row long before a byte that is no UTF-8.
    let bytes =
      Array("a,b\n1\n".utf8) + Array(String(repeating: "1,2\n", count: 500).utf8) + [0xc3, 0x28]
    #expect(throws: TableError.invalidUTF8(file: "t.csv", line: 503, byte: 2_006)) {
      try DelimitedFile("t.csv").read(bytes: bytes, as: "t", window: 64)
    }
    #expect(
      throws: TableError.unknownCharacter(
        file: "t.csv", line: 503, byte: 0x81, encoding: "windows-1252")
    ) {
      try DownloadedFile(DelimitedFile("t.csv"), encoding: .windows1252)
        .read(bytes.dropLast(2) + [0x81], as: "t", window: 64)
    }
  }

  @Test func aColumnThatTurnsOutToBeTextIsReadAgain() throws {
    let rows = (0..<4_000).map { "\($0),\($0)" }.joined(separator: "\n")
    let bytes = Array(("a,b\n" + rows + "\nlate,1\n").utf8)
    check(bytes)
    let table = try DelimitedFile("t.csv").read(bytes: bytes, as: "t", window: 64)
    #expect(table["a"]?.type == .category)
    #expect(table["b"]?.type == .integer)
    #expect(table["a"]?.text(at: 4_000) == "late")
  }
}
