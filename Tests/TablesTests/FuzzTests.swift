import Probability
import Tables
import Testing

/// No bytes whatever may crash the reader.
@Suite struct FuzzTests {
  /// Laws for any bytes at all: a table whose columns are all of its row count, or a ``TableError``;
  /// the same again on a second reading; every row has a line, and lines ascend.
  private func expectTableOrError(_ bytes: [UInt8], _ settings: DelimitedSettings) -> Bool {
    do throws(TableError) {
      let table = try DelimitedFile("t.csv", settings: settings).read(bytes: bytes, as: "t")
      let again = try DelimitedFile("t.csv", settings: settings).read(bytes: bytes, as: "t")
      #expect(table.columns.allSatisfy { $0.count == table.rowCount })
      #expect(again.csv == table.csv)
      let lines = (0..<table.rowCount).compactMap { table.source?.line(ofRow: $0) }
      #expect(zip(lines, lines.dropFirst()).allSatisfy { $0 < $1 })
      #expect((lines.last ?? 0) <= bytes.count { $0 == 0x0a } + 1)
      for column in table.columns {
        guard case .codes(let codes, let levels) = column.storage else { continue }
        #expect(codes.allSatisfy { $0 < Int32(levels.count) && $0 >= -1 })
        #expect(Set(levels).count == levels.count)
      }
      return true
    } catch {
      #expect(!error.description.isEmpty)
      return false
    }
  }

  @Test func randomBytesNeverCrash() {
    let settings = [
      DelimitedSettings(),
      DelimitedSettings(separator: .tab, missing: ["\"", "0", "a\tb"]),
      DelimitedSettings(separator: .semicolon, missing: []),
    ]
    let characters = "a,b\n\r\n\n\t;0123456789.eE+-% TRUEfalse\u{e9}".map { Array(String($0).utf8) }
    let alphabet =
      characters + ["\"x\n\"", "\"\"", "\r", "\"", "2017-09-01", "true"].map { Array($0.utf8) }
    var tables = 0
    for seed in 0..<3000 {
      var random = RandomStream(Seed(7)["fuzz"], replicate: UInt32(seed))
      let length = random.index(below: seed % 4 == 0 ? 200 : 12)
      let isPlain = seed % 3 > 0
      var bytes = (0..<length).flatMap { _ in
        isPlain
          ? alphabet[random.index(below: alphabet.count)] : [UInt8(random.index(below: 256))]
      }
      // A header in front lets more of them get as far as the cells.
      if seed % 2 == 0 { bytes = Array("h\n".utf8) + bytes }
      if expectTableOrError(bytes, settings[seed % settings.count]) { tables += 1 }
    }
    // Both outcomes must occur, or the test sees only one half of the reader.
    #expect(tables > 300 && tables < 2700, "\(tables) of 3000 were tables")
  }

  @Test func mutatedFilesNeverCrash() {
    let rows = (0..<40).map { row in
      "\(row),\(Double(row) / 7),2017-09-\(10 + row % 20),\(row % 2 == 0),\"n\(row), \"\"q\"\"\",\(row)%\r\n"
    }
    let original = Array(("id,score,day,yes,name,share\r\n" + rows.joined()).utf8)
    let declared = DelimitedSettings(columns: [
      "score": .init(.number), "day": .init(.date), "yes": .init(.logical), "id": .init(.integer),
    ])
    var tables = 0
    for seed in 0..<2000 {
      var random = RandomStream(Seed(11)["mutation"], replicate: UInt32(seed))
      var bytes = original
      for _ in 0...random.index(below: 4) {
        let place = random.index(below: bytes.count)
        switch random.index(below: 4) {
        case 0: bytes[place] = UInt8(random.index(below: 256))
        case 1: bytes[place] = Array(",\"\n\r0 -".utf8)[random.index(below: 7)]
        case 2: bytes.remove(at: place)
        default: bytes.insert(UInt8(random.index(below: 128)), at: place)
        }
      }
      if seed % 5 == 0 { bytes.removeLast(random.index(below: bytes.count)) }
      if expectTableOrError(bytes, seed % 2 == 0 ? declared : DelimitedSettings()) { tables += 1 }
    }
    #expect(tables > 200 && tables < 1900, "\(tables) of 2000 were tables")
  }
}
