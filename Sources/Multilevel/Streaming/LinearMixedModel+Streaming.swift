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
  /// but for rounding.
  ///
  /// - Returns: `unconditional` is `nil` where that model cannot be estimated.
  public func fit(
    _ streamed: StreamedFrame, threads: Int = 1
  ) throws(StreamedModelError) -> (fit: LinearMixedModelFit, unconditional: LinearMixedModelFit?) {
    BLAS.useOneThread()
    var full: StreamedSums
    do throws(EstimationError) {
      full = try StreamedSums(streamed.shape, streamed)
    } catch { throw .estimation(error) }
    var null = try? StreamedSums(streamed.shape.unconditional, streamed)
    let failure: EstimationError?
    do throws(RowStreamError) {
      failure = try streamed.forEachChunk { (frame) throws(EstimationError) in
        try full.add(frame)
        if var sums = null.take() {
          let isFine = (try? sums.add(frame.unconditional)) != nil
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
