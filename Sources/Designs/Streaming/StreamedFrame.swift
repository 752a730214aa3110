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
  /// Rows spread evenly over those that are used, with the columns and groups of `shape`.
  package let sample: ModelFrame
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
  /// - Parameter threads: how many pieces are read at a time, which changes nothing about the result.
  /// - Throws: ``RowStreamError``: what ``Formula/frame(in:table:options:)`` throws, and for expressions that
  ///   need all rows at once.
  public init(
    _ formula: Formula, of stream: any RowStream, options: FrameOptions = FrameOptions(),
    threads: Int = 1
  ) throws(RowStreamError) {
    self.formula = formula
    self.stream = stream
    self.options = options
    do throws(ExpressionError) { try formula.checkStreamable(stream.table) } catch {
      throw .expression(error)
    }
    var survey = StreamSurvey(formula, stream, options)
    try PieceReader(stream, threads: threads).read { (chunk) throws(ExpressionError) in
      (chunk, try chunk.variables(of: formula, stream.table, options))
    } taking: { (part) throws(ExpressionError) in
      try survey.add(part.0, part.1)
    }
    do throws(ExpressionError) {
      shape = try survey.finish()
      var coding = StreamCoding(levels: survey.levels, groups: survey.groups)
      guard let rows = survey.sample.chunk else {
        throw ExpressionError(
          .noRows(lost: shape.lost, doubts: []), at: formula.responseSyntax.span)
      }
      sample = try coding.frame(formula, try rows.variables(of: formula, stream.table, options))
    } catch { throw .expression(error) }
    levels = survey.levels
    groups = survey.groups
    groupNames = survey.groups.map(\.name)
    pairs = survey.finalPairs
  }

  /// Reads the stream again, with the frame of each piece that has a row to use.
  ///
  /// - Parameters:
  ///   - make: makes something of a piece, on any thread.
  ///   - take: gets what was made, in the order of the pieces.
  /// - Returns: the first error of either.
  /// - Throws: ``RowStreamError``
  package func forEachChunk<Part: Sendable, Failure: Error>(
    threads: Int, _ make: @escaping @Sendable (ModelFrame) throws(Failure) -> Part,
    taking take: (Part) throws(Failure) -> Void
  ) throws(RowStreamError) -> Failure? {
    var failure: Failure?
    let (formula, table, options) = (formula, stream.table, options)
    let coding = StreamCoding(levels: levels, groups: groups)
    try PieceReader(stream, threads: threads).read {
      (chunk) throws(ExpressionError) -> Result<Part, Failure>? in
      let variables = try chunk.variables(of: formula, table, options)
      guard variables.selection.count > 0 else { return nil }
      var own = coding
      let frame = try own.frame(formula, variables)
      do throws(Failure) { return .success(try make(frame)) } catch { return .failure(error) }
    } taking: { (part) throws(ExpressionError) in
      guard failure == nil, let part else { return }
      do throws(Failure) { try take(try part.get()) } catch { failure = error }
    }
    return failure
  }
}

extension RowChunk {
  /// The variables of a formula in the rows that may be used.
  fileprivate func variables(
    of formula: Formula, _ table: String, _ options: FrameOptions
  ) throws(ExpressionError) -> ChunkVariables {
    var builder = try FrameBuilder(
      formula, data, table,
      FrameOptions(contrasts: options.contrasts, weights: options.weights, rows: rows))
    return try builder.chunkVariables(firstRow: firstRow)
  }
}
