internal import Tables

/// Rows spread evenly over the used rows of a streamed table: every second, fourth, eighth … block of them.
///
/// What columns have to be centred at is found from them, so a first piece that is like no other does no harm.
/// Which rows they are depends on the rows that are used and not on how they come in pieces.
struct StreamSample {
  private static let blockRows = 64
  private static let limit = 16_384

  private let table: String
  /// Every `step`th block is kept.
  private var step = 1
  private var count = 0
  private var pieces: [Piece] = []

  private struct Piece {
    let data: DataSet
    /// Of each row its number among those used.
    let numbers: [Int]
  }

  init(_ table: String) { self.table = table }

  /// - Parameters:
  ///   - rows: those of the piece that are used.
  ///   - first: the number of the first of them among all that are used.
  mutating func add(_ data: DataSet, _ rows: RowSelection, first: Int) {
    var chosen: [Int] = []
    var numbers: [Int] = []
    var number = first
    rows.forEach { row in
      if isKept(number) {
        chosen.append(row)
        numbers.append(number)
      }
      number += 1
    }
    guard !chosen.isEmpty else { return }
    pieces.append(Piece(data: data.selecting(chosen, of: table), numbers: numbers))
    count += chosen.count
    while count > Self.limit { thin() }
  }

  private func isKept(_ number: Int) -> Bool { number / Self.blockRows % step == 0 }

  private mutating func thin() {
    step *= 2
    pieces = pieces.compactMap { piece in
      let rows = piece.numbers.indices.filter { isKept(piece.numbers[$0]) }
      guard rows.count < piece.numbers.count else { return piece }
      return rows.isEmpty
        ? nil
        : Piece(
          data: piece.data.selecting(rows, of: table), numbers: rows.map { piece.numbers[$0] })
    }
    count = pieces.reduce(0) { $0 + $1.numbers.count }
  }

  /// The rows as one piece; `nil` where there are none.
  var chunk: RowChunk? {
    guard let first = pieces.first else { return nil }
    let parts = pieces.compactMap { $0.data[table: table] }
    var result = DataSet()
    for other in first.data.tables {
      result.set(other.name == table ? Table(stacking: parts, as: table) : other)
    }
    for (place, link) in first.data.links.enumerated() {
      result.add(
        link.from == table
          ? Link(
            from: link.from, column: link.column, to: link.to,
            index: pieces.flatMap { $0.data.links[place].index }) : link)
    }
    for episodes in first.data.episodes { result.add(episodes) }
    result.markStreamed(table)
    return RowChunk(data: result, firstRow: 0)
  }
}

extension DataSet {
  /// The same with some rows of one table.
  fileprivate func selecting(_ rows: [Int], of table: String) -> DataSet {
    var result = DataSet()
    for other in tables {
      result.set(other.name == table ? other.selecting(rows: rows) : other)
    }
    for link in links {
      result.add(
        link.from == table
          ? Link(
            from: link.from, column: link.column, to: link.to, index: rows.map { link.index[$0] })
          : link)
    }
    for episodes in episodes { result.add(episodes) }
    for name in streamed { result.markStreamed(name) }
    return result
  }
}

extension Table {
  /// The rows of tables that have the same columns, types and levels, one table under the other.
  fileprivate init(stacking parts: [Table], as name: String) {
    var columns: [Column] = []
    for (place, column) in (parts.first?.columns ?? []).enumerated() {
      let storage: Column.Storage
      switch column.storage {
      case .numbers:
        storage = .numbers(
          parts.flatMap { part -> [Double] in
            if case .numbers(let values) = part.columns[place].storage { return values }
            return [Double](repeating: .nan, count: part.rowCount)
          })
      case .codes(_, let levels):
        storage = .codes(
          parts.flatMap { part -> [Int32] in
            if case .codes(let codes, _) = part.columns[place].storage { return codes }
            return [Int32](repeating: -1, count: part.rowCount)
          }, levels: levels)
      }
      columns.append(Column(column.name, type: column.type, storage: storage))
    }
    self.init(name: name, columns: columns)
  }
}
