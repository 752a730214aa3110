public import Designs

/// The mean over the rows of what a model predicts where some columns hold given values and all others are as they
/// are, or the difference of two such means.
///
/// Predictions are of the fixed part: random effects are zero, which for a linear model is also their mean over
/// groups. They are linear in the coefficients, so their standard errors are those of a contrast and hold exactly
/// as far as the coefficients' covariance does.
public struct AveragePrediction: Sendable, Hashable {
  /// Means over the rows of the fixed columns.
  public let weights: [Double]
  /// The mean offset.
  public let offset: Double

  /// - Parameter frame: with fixed columns in the order of a fit's coefficients.
  public init(_ frame: ModelFrame) {
    var buffer = [Double](repeating: 0, count: 2048)
    func mean(_ column: Int) -> Double {
      var total = 0.0
      for start in stride(from: 0, to: frame.rowCount, by: buffer.count) {
        let rows = start..<min(frame.rowCount, start + buffer.count)
        var span = buffer.mutableSpan
        frame.fill(column, rows: rows, into: &span)
        var sum = 0.0
        for k in 0..<rows.count { sum += span[k] }
        total += sum
      }
      return total / Double(frame.rowCount)
    }
    weights = frame.fixed.map(mean)
    offset = frame.offset.map(mean) ?? 0
  }

  private init(weights: [Double], offset: Double) {
    self.weights = weights
    self.offset = offset
  }

  /// (a − b) / step: an average effect, or slope.
  public static func difference(
    _ a: AveragePrediction, _ b: AveragePrediction, over step: Double = 1
  ) -> AveragePrediction {
    AveragePrediction(
      weights: zip(a.weights, b.weights).map { ($0 - $1) / step },
      offset: (a.offset - b.offset) / step)
  }
}

extension SmallSampleInference {
  /// The prediction with its interval; it is tested against zero, as a difference of predictions is.
  func test(
    _ prediction: AveragePrediction, named name: String, level: Double = 0.95
  )
    -> CoefficientTest
  {
    let contrast = test(prediction.weights, named: name, level: level)
    guard prediction.offset != 0 else { return contrast }
    return CoefficientTest(
      term: name, estimate: contrast.estimate + prediction.offset,
      variance: contrast.standardError * contrast.standardError,
      degreesOfFreedom: contrast.degreesOfFreedom, level: level)
  }
}
