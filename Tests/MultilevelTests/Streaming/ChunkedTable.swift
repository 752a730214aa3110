import Designs
import Tables

/// Pupils of a table in memory handed out in pieces, as a file would be.
struct ChunkedTable: RowStream {
  let whole: DataSet
  let table: String
  let rows: Int

  var schema: DataSet { piece(0..<0) }

  func chunks() throws(TableError) -> any RowChunks { Chunks(source: self) }

  var pieces: (any RowPieces)? { Pieces(source: self) }

  private struct Pieces: RowPieces {
    let source: ChunkedTable

    var count: Int {
      ((source.whole[table: source.table]?.rowCount ?? 0) + source.rows - 1) / source.rows
    }

    func piece(_ index: Int) throws(TableError) -> RowChunk {
      let count = source.whole[table: source.table]?.rowCount ?? 0
      let range = index * source.rows..<min(count, (index + 1) * source.rows)
      return RowChunk(data: source.piece(range), firstRow: range.lowerBound)
    }
  }

  func piece(_ range: Range<Int>) -> DataSet {
    var result = DataSet()
    for other in whole.tables {
      result.set(other.name == table ? other.selecting(rows: Array(range)) : other)
    }
    for link in whole.links {
      result.add(
        link.from == table
          ? Link(
            from: link.from, column: link.column, to: link.to, index: Array(link.index[range]))
          : link)
    }
    result.markStreamed(table)
    return result
  }

  private struct Chunks: RowChunks {
    let source: ChunkedTable
    var position = 0

    mutating func next() throws(TableError) -> RowChunk? {
      let pieces = Pieces(source: source)
      guard position < pieces.count else { return nil }
      defer { position += 1 }
      return try pieces.piece(position)
    }
  }
}
