public import Designs
internal import LinearAlgebra

/// Why a model of a streamed table could not be had.
public enum StreamedModelError: Error, Sendable {
  case stream(RowStreamError)
  case estimation(EstimationError)
}

extension LinearMixedModel {
  /// Fits the model to a table that is read in pieces, and beside it the one without covariates.
  ///
  /// The stream is read once for both. What remains of the rows are their cross-products by group, so memory
  /// grows with groups and columns and not with rows; estimates are those of the same rows held in memory,
  /// but for rounding, and the same bits on any number of threads.
  ///
  /// - Returns: `unconditional` is `nil` where that model cannot be estimated.
  public func fit(
    _ streamed: StreamedFrame, threads: Int = 1
  ) throws(StreamedModelError) -> (fit: LinearMixedModelFit, unconditional: LinearMixedModelFit?) {
    BLAS.useOneThread()
    let pieces: StreamedProducts
    do throws(EstimationError) {
      pieces = try StreamedProducts(streamed.shape, streamed, sample: streamed.sample)
    } catch { throw .estimation(error) }
    let nullPieces = try? StreamedProducts(
      streamed.shape.unconditional, streamed, sample: streamed.sample.unconditional)
    var full = StreamedSums(pieces)
    var null = nullPieces.map { StreamedSums($0) }
    let failure: EstimationError?
    do throws(RowStreamError) {
      failure = try streamed.forEachChunk(threads: threads) {
        (frame) throws(EstimationError) -> (StreamedProducts.Part, StreamedProducts.Part?) in
        (try pieces.part(frame), nullPieces.flatMap { try? $0.part(frame.unconditional) })
      } taking: { (parts) throws(EstimationError) in
        try full.add(parts.0)
        if var sums = null.take() {
          let isFine = parts.1.map { (try? sums.add($0)) != nil } ?? false
          null = isFine ? sums : nil
        }
      }
    } catch { throw .stream(error) }
    if let failure { throw .estimation(failure) }
    do throws(EstimationError) {
      return (try fit(full, threads: threads), null.flatMap { try? fit($0, threads: threads) })
    } catch { throw .estimation(error) }
  }

  private func fit(
    _ sums: StreamedSums, threads: Int
  ) throws(EstimationError) -> LinearMixedModelFit {
    let (problem, frame, moments) = try sums.problem(criterion)
    var optimizer = Optimizer(problem, threads: threads)
    return try LinearMixedModelFit(problem, try optimizer.minimize(), frame, moments: moments)
  }
}
