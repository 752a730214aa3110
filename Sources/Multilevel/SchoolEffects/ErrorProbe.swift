package import Probability

extension LinearMixedModelFit {
  /// Draws of ``PosteriorErrors``, for tests: for each factor, draw after draw, levels × effects row after row.
  package func errorDraws(_ count: Int, seed: Seed) throws(EstimationError) -> [[Double]] {
    let errors = try PosteriorErrors(self)
    var result = factors.map { _ in [Double]() }
    for first in stride(from: 0, to: count, by: errors.batchSize) {
      let batch = try errors.draws(first, min(errors.batchSize, count - first), seed)
      for index in result.indices { result[index] += batch[index] }
    }
    return result
  }
}

/// ``ComparativeInterval/multiplier(_:)``, for tests.
package func comparativeMultiplier(_ errors: [Double]) -> Double {
  ComparativeInterval.multiplier(errors)
}
