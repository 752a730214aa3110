public import Tables

/// A table whose rows are read in pieces instead of being held, with the tables that they link to.
public protocol RowStream: Sendable {
  /// The table that is streamed.
  var table: String { get }
  /// All tables; the streamed one without rows, its columns with their types and levels.
  var schema: DataSet { get }
  /// The pieces in order, from the first row on.
  func chunks() throws(TableError) -> any RowChunks
  /// The same pieces where each can be had by itself; `nil` where they can only be had one after another.
  var pieces: (any RowPieces)? { get }
}

extension RowStream {
  public var pieces: (any RowPieces)? { nil }
}

/// The pieces of a stream, each to be read on any thread.
public protocol RowPieces: Sendable {
  var count: Int { get }
  /// - Parameter index: below `count`.
  func piece(_ index: Int) throws(TableError) -> RowChunk
}

/// The pieces of a stream, one after another.
public protocol RowChunks {
  /// The next piece; `nil` after the last.
  mutating func next() throws(TableError) -> RowChunk?
}

/// Some consecutive rows of a streamed table.
public struct RowChunk: Sendable {
  /// The tables, the streamed one with these rows alone, and its links from them.
  public let data: DataSet
  /// The row of the whole table that the first of these is.
  public let firstRow: Int
  /// Which of these rows may be used; all where `nil`.
  public let rows: [Int32]?
  /// The others, and why.
  public let lost: [LostRows]

  public init(data: DataSet, firstRow: Int, rows: [Int32]? = nil, lost: [LostRows] = []) {
    self.data = data
    self.firstRow = firstRow
    self.rows = rows
    self.lost = lost
  }
}

/// Why a streamed table could not be modelled.
public enum RowStreamError: Error, Sendable {
  case table(TableError)
  case expression(ExpressionError)
}
