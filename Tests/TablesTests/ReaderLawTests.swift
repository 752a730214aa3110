import Probability
import Tables
import Testing

/// Laws of reading, over many random files whose cells are known.
@Suite struct ReaderLawTests {
  private struct File {
    var text: String
    var names: [String]
    var rows: [[String]]
    /// The line on which each row starts.
    var lines: [Int]
    var separator: DelimitedSettings.Separator
  }

  /// A file with random cells, written with quotes where they are needed and now and then where not.
  private func file(_ random: inout RandomStream) -> File {
    let separator = DelimitedSettings.Separator.allCases[random.index(below: 3)]
    let mark = String(UnicodeScalar(separator.rawValue))
    let lineEnd = random.index(below: 2) == 0 ? "\n" : "\r\n"
    let pieces = [
      "a", "B", "7", ".", "é", " ", mark, "\"", "\n", "\r", "\r\n", "-", "NA", "true", "%",
    ]
    let columns = 1 + random.index(below: 4)
    let rowCount = random.index(below: 3) == 0 ? 7000 / columns : random.index(below: 12)
    let width = random.index(below: 4)
    let names = (0..<columns).map { "c\($0)" }
    var result = File(text: "", names: names, rows: [], lines: [], separator: separator)
    result.text = names.joined(separator: mark) + lineEnd
    var line = 2
    for _ in 0..<rowCount {
      var cells: [String] = []
      var written: [String] = []
      for _ in 0..<columns {
        let text = (0..<random.index(below: width + 1))
          .map { _ in pieces[random.index(below: pieces.count)] }.joined()
        let hasOuterBlank = text.hasPrefix(" ") || text.hasSuffix(" ")
        let bytes = Set(text.utf8)
        let needs =
          hasOuterBlank || bytes.contains(separator.rawValue) || bytes.contains(0x22)
          || bytes.contains(0x0a) || bytes.contains(0x0d)
        let quoted = needs || random.index(below: 5) == 0
        // Doubling by scalars, since a line end may be one character with what stands beside it.
        var doubled = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
          if scalar == "\"" { doubled.append(scalar) }
          doubled.append(scalar)
        }
        cells.append(text)
        written.append(quoted ? "\"\(String(doubled))\"" : text)
      }
      result.rows.append(cells)
      result.lines.append(line)
      line += 1 + cells.reduce(0) { $0 + $1.utf8.count { $0 == 0x0a } }
      result.text += written.joined(separator: mark) + lineEnd
    }
    return result
  }

  @Test func everyCellAndLineIsFound() throws {
    for seed in 0..<400 {
      var random = RandomStream(Seed(21)["files"], replicate: UInt32(seed))
      let file = file(&random)
      let declared = Dictionary(
        uniqueKeysWithValues: file.names.map { ($0, DelimitedSettings.Declaration(.text)) })
      let table = try read(
        file.text,
        DelimitedSettings(separator: file.separator, missing: [], columns: declared))
      #expect(table.rowCount == file.rows.count, "seed \(seed)")
      for (column, name) in file.names.enumerated() {
        let found = try texts(table, name)
        #expect(found.elementsEqual(file.rows.map { $0[column] }), "seed \(seed), \(name)")
        let missing = file.rows.count { $0[column].isEmpty }
        #expect(table[name]?.missing.first?.count ?? 0 == missing)
      }
      #expect(
        file.lines == (0..<table.rowCount).compactMap { table.source?.line(ofRow: $0) },
        "seed \(seed)")
      // Asking for a column alone changes nothing about it.
      let settings = DelimitedSettings(separator: file.separator)
      let inferred = try read(file.text, settings)
      for name in file.names {
        let alone = try read(
          file.text, DelimitedSettings(separator: file.separator, needed: [name]))
        #expect(alone.columnNames == [name])
        #expect(
          alone.csv == Table(name: "t", columns: inferred.columns.filter { $0.name == name }).csv)
        #expect(alone[name]?.type == inferred[name]?.type)
      }
    }
  }

  /// The type does not depend on the order of rows, nor do the cells.
  @Test func typesDoNotDependOnTheOrderOfRows() throws {
    let kinds = [
      ["1", "22", "-3", "NA"], ["1", "2.5", "1e3", ""], ["5%", "7", "0.5%"],
      ["TRUE", "false", "NA"],
      ["2017-09-01", "2020-02-29", ""], ["a", "b", "1", "NA"], ["1", "TRUE"],
      ["TRUE", "2017-09-01"],
      ["007", "12"], ["9007199254740993", "12"], ["9007199254740993", "1.5"], ["007", "1.5"],
      ["2017-09-01", "x"], ["NA", ""],
    ]
    for seed in 0..<300 {
      var random = RandomStream(Seed(22)["order"], replicate: UInt32(seed))
      let kind = kinds[seed % kinds.count]
      let count = [5, 40, 9000][seed % 3]
      // Mostly the first value, so that the others come late.
      let cells = kind + (0..<count).map { _ in kind[0] }
      var shuffled = cells
      for place in shuffled.indices.dropFirst() {
        shuffled.swapAt(place, random.index(below: place + 1))
      }
      let first = try read("x,y\n" + cells.map { "\($0),0\n" }.joined())
      let second = try read("x,y\n" + shuffled.map { "\($0),0\n" }.joined())
      #expect(first["x"]?.type == second["x"]?.type, "\(kind)")
      #expect(try texts(first, "x").sorted() == texts(second, "x").sorted(), "\(kind)")
      #expect(first["x"]?.missing == second["x"]?.missing)
      #expect(first.source?.diagnostics == second.source?.diagnostics)
    }
  }
}
