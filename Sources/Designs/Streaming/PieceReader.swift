internal import Probability
internal import Tables

/// Reads the pieces of a stream, several at a time where each can be had by itself.
///
/// What is made of a piece depends on the piece alone, and what was made is taken in the order of the pieces: so
/// the outcome is the same on any number of threads.
struct PieceReader {
  private let stream: any RowStream
  private let threads: Int

  init(_ stream: any RowStream, threads: Int) {
    self.stream = stream
    self.threads = threads
  }

  /// - Parameters:
  ///   - make: makes something of a piece, on any thread.
  ///   - take: gets what was made, in order.
  func read<Part: Sendable>(
    _ make: @escaping @Sendable (RowChunk) throws(ExpressionError) -> Part,
    taking take: (Part) throws(ExpressionError) -> Void
  ) throws(RowStreamError) {
    guard threads > 1, let pieces = stream.pieces else {
      var chunks = try opened()
      while let chunk = try next(&chunks) {
        do throws(ExpressionError) { try take(try make(chunk)) } catch { throw .expression(error) }
      }
      return
    }
    // No more pieces are in memory than there are threads.
    for first in stride(from: 0, to: pieces.count, by: threads) {
      let parts = try replicate(min(threads, pieces.count - first), threads: threads) {
        (index) throws(RowStreamError) -> Part in
        let chunk: RowChunk
        do throws(TableError) { chunk = try pieces.piece(first + index) } catch {
          throw .table(error)
        }
        do throws(ExpressionError) { return try make(chunk) } catch { throw .expression(error) }
      }
      for part in parts {
        do throws(ExpressionError) { try take(part) } catch { throw .expression(error) }
      }
    }
  }

  private func opened() throws(RowStreamError) -> any RowChunks {
    do throws(TableError) { return try stream.chunks() } catch { throw .table(error) }
  }

  private func next(_ chunks: inout any RowChunks) throws(RowStreamError) -> RowChunk? {
    do throws(TableError) { return try chunks.next() } catch { throw .table(error) }
  }
}
