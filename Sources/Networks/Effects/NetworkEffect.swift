/// A tendency of actors to have some ties rather than others: one term of the objective function
/// *f_i*(*x*) = Σ_k β_k *s_ik*(*x*) of a stochastic actor-oriented model.
///
/// It is asked once for an ego and all its candidates. The law that ties its two functions together, and
/// that the tests hold over every effect: the change of (ego, alter) is the ego's statistic with the tie
/// less its statistic without it, everything else as it is. The sign of ending a tie is the caller's.
///
/// Snijders (2017), *Stochastic actor-oriented models for network dynamics*,
/// doi:10.1146/annurev-statistics-060116-054035.
public protocol NetworkEffect: Sendable {
  /// Where the change can differ from what the pair's covariates alone give.
  var reach: Reach { get }

  /// Adds `weight` times the change statistic of each candidate.
  ///
  /// - Parameters:
  ///   - candidates: other actors, in any order, each at most once.
  ///   - changes: at least as long as `candidates`.
  func addChanges(
    _ network: borrowing Network, ego: Int, candidates: Span<Int32>, weight: Double,
    to changes: inout MutableSpan<Double>)

  /// The ego's statistic *s_i*(*x*).
  func statistic(_ network: borrowing Network, ego: Int) -> Double
}

/// How far an effect looks into the network, which decides what must be enumerated for an exact choice.
public enum Reach: Sendable, Hashable {
  /// The change depends on the pair alone, never on the network.
  case pair
  /// The change is zero but for alters tied to the ego in either direction.
  case neighbours
  /// The change is zero but for alters tied to the ego, or to one of its partners, in either direction.
  case partnersOfPartners
  /// The change may depend on the network for any alter, so that every alter is enumerated.
  case everywhere
}

/// An effect of the pair's covariates or places alone: it is computed once, and bounded for whole blocks
/// of actors.
public protocol PairEffect: NetworkEffect {
  /// Upper bounds of its changes for whole blocks.
  func bounds(_ blocks: Blocks) -> any BlockBounds

  /// One number or two for each actor: actors that are close in them have similar changes.
  var axes: [[Double]] { get }
}

extension PairEffect {
  public var reach: Reach { .pair }
  public var axes: [[Double]] { [] }
}

/// Upper bounds of a ``PairEffect`` between blocks of actors.
public protocol BlockBounds: Sendable {
  /// Adds, for each block *b*, an upper bound of `weight` times the change for any ego of block `block` and
  /// any alter of *b*.
  func add(block: Int, weight: Double, to bounds: inout MutableSpan<Double>)
}

/// An effect with its coefficient.
public struct WeightedEffect: Sendable {
  /// As the study writes it: `same(la)`.
  public let name: String
  public let effect: any NetworkEffect
  /// The coefficient β, on the scale of log odds.
  public let weight: Double

  public init(_ name: String, _ effect: any NetworkEffect, weight: Double) {
    self.name = name
    self.effect = effect
    self.weight = weight
  }
}
