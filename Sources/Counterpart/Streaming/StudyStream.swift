internal import Designs
internal import StudyFiles
internal import Tables

/// A table of the study that is read in pieces: each piece linked, prepared, and cut down to the population
/// and to a step's sample as a table in memory is.
struct StudyStream: RowStream {
  let table: String
  let schema: DataSet
  private let source: StreamedTable
  /// The other tables with all their rows, prepared.
  private let original: DataSet
  /// Where each row of a table went that the population has cut down; −1 for nowhere.
  private let positions: [String: [Int32]]
  private let links: [TableDeclaration.LinkDeclaration]
  private let preparations: [Prepared]
  private let rules: [Expression]
  private let sample: Sample?

  /// A column computed row by row.
  private struct Prepared: Sendable {
    let name: String
    let expression: Expression
  }

  /// Units of another table that a match kept.
  struct Sample: Sendable {
    let step: String
    let table: String
    let isKept: [Bool]
  }

  var rowCount: Int { source.rowCount }

  /// - Throws: ``Designs/ExpressionError``, which the check of the study's expressions has thrown before.
  init(
    _ source: StreamedTable, _ study: Study, original: DataSet, population: Population
  ) throws(ExpressionError) {
    self.source = source
    table = source.name
    schema = population.data
    self.original = original
    positions = population.positions
    links = study.tables.first { $0.name.text == source.name }?.links ?? []
    var preparations: [Prepared] = []
    for item in study.preparations where item.table.text == source.name {
      preparations.append(
        Prepared(
          name: item.column.text, expression: try Expression(parsing: item.expression.text)))
    }
    self.preparations = preparations
    var rules: [Expression] = []
    for rule in study.population where rule.table.text == source.name {
      rules.append(try Expression(parsing: rule.expression.text))
    }
    self.rules = rules
    sample = nil
  }

  private init(_ other: StudyStream, sample: Sample) {
    table = other.table
    schema = other.schema
    source = other.source
    original = other.original
    positions = other.positions
    links = other.links
    preparations = other.preparations
    rules = other.rules
    self.sample = sample
  }

  /// The same rows without those whose unit the match did not keep.
  func keeping(_ sample: Sample) -> StudyStream { StudyStream(self, sample: sample) }

  func chunks() throws(TableError) -> any RowChunks {
    StudyChunks(stream: self, chunks: try source.chunks())
  }

  var pieces: (any RowPieces)? { source.hasPieces ? StudyPieces(stream: self) : nil }

  fileprivate var pieceCount: Int { source.pieceCount }

  fileprivate func piece(_ index: Int) throws(TableError) -> RowChunk {
    let (table, firstRow) = try source.piece(index)
    return try chunk(table, firstRow: firstRow)
  }

  fileprivate func converted(_ piece: Table) throws(TableError) -> Table {
    try source.converted(piece)
  }

  fileprivate func chunk(_ read: Table, firstRow: Int) throws(TableError) -> RowChunk {
    var piece = read
    var found: [Link] = []
    for link in links {
      guard let target = original[table: link.table.text] else { continue }
      found.append(
        Link(
          from: table, column: link.column.text, to: target.name,
          index: try piece.link(link.column.text, to: target, key: link.target.text)))
    }
    var whole = data(of: original, piece, found)
    for item in preparations {
      do throws(ExpressionError) {
        piece.set(try item.expression.evaluate(in: whole, table: table, as: item.name).column)
      } catch { throw .unreadableFile(source.path, reason: "\(item.name): \(error)") }
      whole.set(piece)
    }
    var isKept = [Bool](repeating: true, count: piece.rowCount)
    var lost: [LostRows] = []
    for rule in rules {
      do throws(ExpressionError) {
        let outcome = try rule.evaluateLogical(in: whole, table: table)
        lost.append(
          lose("outside the population: `\(rule)`", &isKept) { outcome.verdicts[$0] != .holds })
      } catch { throw .unreadableFile(source.path, reason: "\(rule): \(error)") }
    }
    var moved: [Link] = []
    for link in found {
      guard let position = positions[link.to] else {
        moved.append(link)
        continue
      }
      lost.append(
        lose("linked to `\(link.to)` outside the population", &isKept) {
          link.index[$0] >= 0 && position[Int(link.index[$0])] < 0
        })
      moved.append(
        Link(
          from: link.from, column: link.column, to: link.to,
          index: link.index.map { $0 < 0 ? -1 : position[Int($0)] }))
    }
    let data = data(of: schema, piece, moved)
    if let sample, let index = data.rowIndex(from: table, to: sample.table) {
      lost.append(
        lose("not in the sample of `\(sample.step)`", &isKept) {
          index[$0] < 0 || !sample.isKept[Int(index[$0])]
        })
    }
    let rows =
      isKept.contains(false) ? isKept.indices.filter { isKept[$0] }.map(Int32.init) : nil
    return RowChunk(
      data: data, firstRow: firstRow, rows: rows, lost: lost.filter { $0.count > 0 })
  }

  private func lose(
    _ reason: String, _ isKept: inout [Bool], where test: (Int) -> Bool
  ) -> LostRows {
    var count = 0
    for row in isKept.indices where isKept[row] && test(row) {
      isKept[row] = false
      count += 1
    }
    return LostRows(reason: reason, count: count)
  }

  /// The tables with this piece in place of the streamed one.
  private func data(of tables: DataSet, _ piece: Table, _ links: [Link]) -> DataSet {
    var result = DataSet()
    for other in tables.tables { result.set(other.name == table ? piece : other) }
    for link in tables.links where link.from != table { result.add(link) }
    for link in links { result.add(link) }
    for episodes in tables.episodes { result.add(episodes) }
    result.markStreamed(table)
    return result
  }
}

private struct StudyChunks: RowChunks {
  let stream: StudyStream
  var chunks: DelimitedChunks

  mutating func next() throws(TableError) -> RowChunk? {
    guard let (table, firstRow) = try chunks.next() else { return nil }
    return try stream.chunk(stream.converted(table), firstRow: firstRow)
  }
}

private struct StudyPieces: RowPieces {
  let stream: StudyStream

  var count: Int { stream.pieceCount }

  func piece(_ index: Int) throws(TableError) -> RowChunk { try stream.piece(index) }
}
