internal import LinearAlgebra
internal import Probability

extension BootstrapResult {
  /// Percentile and basic intervals of every parameter.
  ///
  /// A quantile p of R draws stands at position p(R + 1) of their order. The basic interval is the percentile
  /// one mirrored at the estimate, which takes the bootstrap's own bias out of it, on a scale without bounds:
  /// coefficients and effects as they are, logarithms of standard deviations, Fisher's z of correlations, logits
  /// of shares. At the edge of a range, a variance of zero, there is none.
  public func intervals(level: Double = 0.95) -> [IntervalEstimate] {
    parameters.indices.flatMap { j -> [IntervalEstimate] in
      let estimate = estimates[j]
      let values = draws.column(j).filter { !$0.isNaN }.sorted()
      let ends =
        values.count < 20
        ? nil
        : (
          Self.quantile(values, (1 - level) / 2), Self.quantile(values, (1 + level) / 2)
        )
      let kept = estimate.isNaN ? nil : estimate
      var mirrored: (Double, Double)?
      if let ends, let scale = Self.scale(parameters[j].kind), let estimate = kept,
        scale.there(estimate).isFinite
      {
        let (low, high) = (
          scale.back(2 * scale.there(estimate) - scale.there(ends.1)),
          scale.back(2 * scale.there(estimate) - scale.there(ends.0))
        )
        if low.isFinite, high.isFinite { mirrored = (low, high) }
      }
      return [
        IntervalEstimate(
          parameter: parameters[j], kind: .percentile, estimate: kept, low: ends?.0,
          high: ends?.1),
        IntervalEstimate(
          parameter: parameters[j], kind: .basic, estimate: kept, low: mirrored?.0,
          high: mirrored?.1),
      ]
    }
  }

  /// - Parameter values: ascending.
  static func quantile(_ values: [Double], _ p: Double) -> Double {
    let position = p * Double(values.count + 1) - 1
    let low = min(max(Int(position.rounded(.down)), 0), values.count - 1)
    let high = min(low + 1, values.count - 1)
    let part = min(max(position - Double(low), 0), 1)
    return values[low] + part * (values[high] - values[low])
  }

  private struct Scale {
    let there: (Double) -> Double
    let back: (Double) -> Double
  }

  private static func scale(_ kind: FitParameter.Kind) -> Scale? {
    switch kind {
    case .coefficient, .effect: Scale(there: { $0 }, back: { $0 })
    case .deviation, .sigma:
      Scale(there: PortableMath.log, back: PortableMath.exp)
    case .correlation:
      Scale(
        there: { 0.5 * PortableMath.log((1 + $0) / (1 - $0)) },
        back: { 2 * PortableMath.logistic(2 * $0) - 1 })
    case .varianceShare, .intraclass:
      Scale(
        there: { PortableMath.log($0 / (1 - $0)) }, back: { PortableMath.logistic($0) })
    }
  }
}
