/// What a tie from an actor with one value to an actor with another is worth: *f*(*v_i*, *v_j*).
public protocol PairFunction: Sendable {
  func value(_ own: Double, _ other: Double) -> Double

  /// The least and the greatest of ``value(_:_:)`` over two ranges, or bounds of them.
  func range(_ own: ValueRange, _ other: ValueRange) -> ValueRange

  /// Adds `weight` times the value of each candidate.
  func addChanges(
    _ values: borrowing [Double], ego: Int, candidates: Span<Int32>, weight: Double,
    to changes: inout MutableSpan<Double>)
}

extension PairFunction {
  public func addChanges(
    _ values: borrowing [Double], ego: Int, candidates: Span<Int32>, weight: Double,
    to changes: inout MutableSpan<Double>
  ) {
    let own = values[ego]
    for k in candidates.indices {
      changes[k] += weight * value(own, values[Int(candidates[k])])
    }
  }

  /// Σ_j *x_ij* *f*(*v_i*, *v_j*)
  func statistic(_ values: [Double], _ network: borrowing Network, ego: Int) -> Double {
    var sum = 0.0
    for k in 0..<network.degree(ego) {
      sum += value(values[ego], values[Int(network.partner(k, of: ego))])
    }
    return sum
  }
}

/// An effect of the two actors' values of a covariate: *s_i* = Σ_j *x_ij* *f*(*v_i*, *v_j*).
public struct CovariateEffect<Function: PairFunction>: PairEffect {
  private let function: Function
  private let values: [Double]

  /// - Parameter values: one an actor, all finite.
  public init(_ function: Function, _ values: [Double]) {
    self.function = function
    self.values = values
  }

  public var axes: [[Double]] { [values] }
  public var isOfAxesAlone: Bool { true }

  public func addChanges(
    _ network: borrowing Network, ego: Int, candidates: Span<Int32>, weight: Double,
    to changes: inout MutableSpan<Double>
  ) {
    let own = values[ego]
    for k in candidates.indices {
      changes[k] += weight * function.value(own, values[Int(candidates[k])])
    }
  }

  public func statistic(_ network: borrowing Network, ego: Int) -> Double {
    function.statistic(values, network, ego: ego)
  }

  public func bounds(_ blocks: Blocks) -> any BlockBounds {
    Bounds(function: function, ranges: blocks.ranges(of: values))
  }

  private struct Bounds: BlockBounds {
    let function: Function
    let ranges: [ValueRange]

    func add(block: Int, weight: Double, to bounds: inout MutableSpan<Double>) {
      for other in bounds.indices {
        let range = function.range(ranges[block], ranges[other])
        bounds[other] += weight * (weight > 0 ? range.high : range.low)
      }
    }
  }
}
