internal import Tables

/// A formula met with a streamed table: what a ``ModelFrame`` knows of all rows, and the frame of each piece.
///
/// Made by one reading, which finds the rows that can be used, the levels with rows, the groups, and which
/// groups occur together. Each later reading gives frames of pieces, whose codes and levels are those of the
/// whole table.
public struct StreamedFrame: Sendable {
  public let formula: Formula
  /// The frame without its rows: names, positions, levels; groups without codes. Only `rowCount` and `lost`
  /// speak of rows. Every column of the fixed part stands in it, whether or not it can be estimated.
  public let shape: ModelFrame
  /// For each pair (i < j) of the distinct groups of `shape.random`, in their order, the groups that occur
  /// together.
  package let pairs: [[GroupPair]]
  /// The distinct groups of `shape.random` in their order.
  package let groupNames: [String]
  private let stream: any RowStream
  private let options: FrameOptions
  private let levels: [String: StreamedLevels]
  private let groups: [StreamedGroups]

  /// Reads the stream once.
  ///
  /// - Throws: ``RowStreamError``: what ``Formula/frame(in:table:options:)`` throws, and for expressions that
  ///   need all rows at once.
  public init(
    _ formula: Formula, of stream: any RowStream, options: FrameOptions = FrameOptions()
  ) throws(RowStreamError) {
    self.formula = formula
    self.stream = stream
    self.options = options
    do throws(ExpressionError) { try formula.checkStreamable(stream.table) } catch {
      throw .expression(error)
    }
    var survey = StreamSurvey(formula, stream, options)
    try Self.read(stream) { (chunk) throws(ExpressionError) in try survey.add(chunk) }
    do throws(ExpressionError) { shape = try survey.finish() } catch { throw .expression(error) }
    levels = survey.levels
    groups = survey.groups
    groupNames = survey.groups.map(\.name)
    pairs = survey.finalPairs
  }

  /// Reads the stream again, with the frame of each piece that has a row to use.
  ///
  /// - Returns: the first error of `body`.
  /// - Throws: ``RowStreamError``
  package func forEachChunk<Failure: Error>(
    _ body: (ModelFrame) throws(Failure) -> Void
  ) throws(RowStreamError) -> Failure? {
    var failure: Failure?
    var coding = StreamCoding(levels: levels, groups: groups)
    try Self.read(stream) { (chunk) throws(ExpressionError) in
      guard failure == nil else { return }
      var builder = try FrameBuilder(
        formula, chunk.data, stream.table,
        FrameOptions(contrasts: options.contrasts, weights: options.weights, rows: chunk.rows))
      let variables = try builder.chunkVariables(firstRow: chunk.firstRow)
      guard variables.selection.count > 0 else { return }
      let frame = try coding.frame(formula, variables)
      do throws(Failure) { try body(frame) } catch { failure = error }
    }
    return failure
  }

  private static func read(
    _ stream: any RowStream, _ body: (RowChunk) throws(ExpressionError) -> Void
  ) throws(RowStreamError) {
    var chunks = try opened(stream)
    while let chunk = try next(&chunks) {
      do throws(ExpressionError) { try body(chunk) } catch { throw .expression(error) }
    }
  }

  private static func opened(_ stream: any RowStream) throws(RowStreamError) -> any RowChunks {
    do throws(TableError) { return try stream.chunks() } catch { throw .table(error) }
  }

  private static func next(_ chunks: inout any RowChunks) throws(RowStreamError) -> RowChunk? {
    do throws(TableError) { return try chunks.next() } catch { throw .table(error) }
  }
}
