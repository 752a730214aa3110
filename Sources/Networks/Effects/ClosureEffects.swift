internal import Probability

/// Ties weighted by how many two-paths support them: *s_i* = Σ_j *x_ij* *w*(*F_ij*), with *F_ij* the number
/// of *h* with *i* → *h* → *j*.
///
/// A tie to *j* changes its own term and, as the first step of two-paths *i* → *j* → *l*, the terms of the
/// partners *l* that *j* is tied to: *w*(*F_ij*) + Σ_l *x_il* *x_jl* [*w*(*F_il* + 1) − *w*(*F_il*)], with *F_il* without
/// the path through *j*.
public protocol ClosureEffect: TieSum {
  /// *w*(*F*), zero for none.
  func weight(of twoPaths: Int) -> Double
}

extension ClosureEffect {
  public var reach: Reach { .partnersOfPartners }

  public func addChanges(
    _ network: borrowing Network, ego: Int, candidates: Span<Int32>, weight: Double,
    to changes: inout MutableSpan<Double>
  ) {
    guard network.degree(ego) > 0 else { return }
    for k in candidates.indices {
      let alter = Int(candidates[k])
      let through = network.hasTie(ego, alter) ? 1 : 0
      var change = self.weight(of: network.twoPaths(from: ego, to: alter))
      for m in 0..<network.degree(alter) {
        let third = Int(network.partner(m, of: alter))
        if third == ego || !network.hasTie(ego, third) { continue }
        let others = network.twoPaths(from: ego, to: third) - through
        change += self.weight(of: others + 1) - self.weight(of: others)
      }
      changes[k] += weight * change
    }
  }

  public func contribution(_ network: borrowing Network, ego: Int, alter: Int) -> Double {
    weight(of: network.twoPaths(from: ego, to: alter))
  }
}

/// Ties that at least one two-path supports: *w*(*F*) = 1{*F* > 0}.
public struct TransitiveTies: ClosureEffect {
  public init() {}
  public func weight(of twoPaths: Int) -> Double { twoPaths > 0 ? 1 : 0 }
}

/// Geometrically weighted edgewise shared partners, forward: *w*(*F*) = e^α (1 − (1 − e^−α)^*F*), so that each further
/// two-path counts for less. Snijders, Pattison, Robins & Handcock (2006),
/// doi:10.1111/j.1467-9531.2006.00176.x.
public struct SharedPartners: ClosureEffect {
  /// α, above zero.
  public let alpha: Double
  private let scale: Double
  /// ln(1 − e^−α)
  private let logDecay: Double

  public init(alpha: Double = 0.69) {
    self.alpha = alpha
    scale = PortableMath.exp(alpha)
    logDecay = PortableMath.log(1 - PortableMath.exp(-alpha))
  }

  public func weight(of twoPaths: Int) -> Double {
    twoPaths == 0 ? 0 : scale * (1 - PortableMath.exp(Double(twoPaths) * logDecay))
  }
}

/// Circles of three: *s_i* = Σ_j,h *x_ij* *x_jh* *x_hi*, change Σ_h *x_jh* *x_hi*. For directed networks.
public struct ThreeCycles: TieSum {
  public init() {}

  public var reach: Reach { .sendersOfSenders }

  public func addChanges(
    _ network: borrowing Network, ego: Int, candidates: Span<Int32>, weight: Double,
    to changes: inout MutableSpan<Double>
  ) {
    guard network.inDegree(ego) > 0 else { return }
    addContributions(network, ego: ego, candidates: candidates, weight: weight, to: &changes)
  }

  public func contribution(_ network: borrowing Network, ego: Int, alter: Int) -> Double {
    Double(network.twoPaths(from: alter, to: ego))
  }

  public func share(directed: Bool) -> Double { 1.0 / 3 }
}
