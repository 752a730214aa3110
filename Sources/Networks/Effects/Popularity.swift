/// Ties to those that many are tied to: *s_i* = Σ_j *x_ij* *g*(indegree_j), the tie itself counted, with
/// *g*(*d*) = *d* or √*d*; change *g* of the alter's indegree with the tie.
public struct Popularity: TieSum {
  /// Whether the square root is taken.
  public let isRoot: Bool

  public init(root: Bool = false) { isRoot = root }

  public var reach: Reach { .everywhere }

  @inline(__always)
  private func value(_ degree: Int) -> Double {
    isRoot ? Double(degree).squareRoot() : Double(degree)
  }

  public func addChanges(
    _ network: borrowing Network, ego: Int, candidates: Span<Int32>, weight: Double,
    to changes: inout MutableSpan<Double>
  ) {
    for k in candidates.indices {
      let alter = Int(candidates[k])
      let with = network.inDegree(alter) + (network.hasTie(ego, alter) ? 0 : 1)
      changes[k] += weight * value(with)
    }
  }

  public func statistic(_ network: borrowing Network, ego: Int) -> Double {
    var sum = 0.0
    for k in 0..<network.degree(ego) {
      sum += value(network.inDegree(Int(network.partner(k, of: ego))))
    }
    return sum
  }

  public func contribution(_ network: borrowing Network, ego: Int, alter: Int) -> Double {
    value(network.inDegree(alter))
  }
}

/// Ties to those that send many: *s_i* = Σ_j *x_ij* *g*(*d_j*), with *g*(*d*) = *d* or √*d*; change *g*(*d_j*). For directed
/// networks.
public struct OutPopularity: TieSum {
  /// Whether the square root is taken.
  public let isRoot: Bool

  public init(root: Bool = false) { isRoot = root }

  public var reach: Reach { .everywhere }

  @inline(__always)
  private func value(_ degree: Int) -> Double {
    isRoot ? Double(degree).squareRoot() : Double(degree)
  }

  public func addChanges(
    _ network: borrowing Network, ego: Int, candidates: Span<Int32>, weight: Double,
    to changes: inout MutableSpan<Double>
  ) {
    for k in candidates.indices {
      changes[k] += weight * value(network.degree(Int(candidates[k])))
    }
  }

  public func statistic(_ network: borrowing Network, ego: Int) -> Double {
    var sum = 0.0
    for k in 0..<network.degree(ego) {
      sum += value(network.degree(Int(network.partner(k, of: ego))))
    }
    return sum
  }

  public func contribution(_ network: borrowing Network, ego: Int, alter: Int) -> Double {
    value(network.degree(alter))
  }
}
