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

  /// What the sum of the egos' statistics is multiplied by to count each configuration once.
  func share(directed: Bool) -> Double
}

extension NetworkEffect {
  public func share(directed: Bool) -> Double { 1 }

  /// The statistic of a whole network, which estimation matches with the observed one:
  /// Σ_i *s_i*(*x*) times ``share(directed:)``.
  public func statistic(of network: borrowing Network) -> Double {
    var sum = 0.0
    for ego in 0..<network.actorCount { sum += statistic(network, ego: ego) }
    return share(directed: network.isDirected) * sum
  }
}

/// An effect that is a sum over the ego's ties, *s_i* = Σ_j *x_ij* *c_ij*(*x*): it can act on the making or
/// the ending of ties alone.
public protocol TieSum: NetworkEffect {
  /// *c_ij*(*x*), whether there is a tie or not.
  func contribution(_ network: borrowing Network, ego: Int, alter: Int) -> Double
}

/// How far an effect looks into the network, which decides what must be enumerated for an exact choice.
public enum Reach: Sendable, Hashable {
  /// The change depends on the pair alone, never on the network.
  case pair
  /// The change is zero but for alters tied to the ego in either direction.
  case neighbours
  /// The change is zero but for alters tied to the ego, or to one of its partners, in either direction.
  case partnersOfPartners
  /// The change is zero but for alters tied to the ego, or that send a tie to one of its senders.
  case sendersOfSenders
  /// The change is the same for all alters but for the ego's partners, which have one of their own.
  case own
  /// The change may depend on the network for any alter, so that every alter is enumerated.
  case everywhere
}

extension TieSum {
  public func statistic(_ network: borrowing Network, ego: Int) -> Double {
    var sum = 0.0
    for k in 0..<network.degree(ego) {
      sum += contribution(network, ego: ego, alter: Int(network.partner(k, of: ego)))
    }
    return sum
  }

  /// Adds `weight` times each candidate's own contribution, for effects whose change is that and no more.
  func addContributions(
    _ network: borrowing Network, ego: Int, candidates: Span<Int32>, weight: Double,
    to changes: inout MutableSpan<Double>
  ) {
    for k in candidates.indices {
      changes[k] += weight * contribution(network, ego: ego, alter: Int(candidates[k]))
    }
  }
}

/// An effect of the pair's covariates or places alone: it is computed once, and bounded for whole blocks
/// of actors.
public protocol PairEffect: TieSum {
  /// Upper bounds of its changes for whole blocks.
  func bounds(_ blocks: Blocks) -> any BlockBounds

  /// One number or two for each actor: actors that are close in them have similar changes.
  var axes: [[Double]] { get }

  /// Whether actors with the same numbers in ``axes`` are interchangeable: pairs of them have the same change.
  var isOfAxesAlone: Bool { get }
}

extension PairEffect {
  public var reach: Reach { .pair }
  public var axes: [[Double]] { [] }
  public var isOfAxesAlone: Bool { false }

  public func contribution(_ network: borrowing Network, ego: Int, alter: Int) -> Double {
    var change = [0.0]
    var span = change.mutableSpan
    let candidate = [Int32(alter)]
    addChanges(network, ego: ego, candidates: candidate.span, weight: 1, to: &span)
    return change[0]
  }
}

/// An effect of the ego's own position: one number for all alters it could take, one for all it has.
public protocol OwnEffect: NetworkEffect {
  /// The change of one more tie, or, where `tied`, of a tie that there is.
  func gain(_ network: borrowing Network, ego: Int, tied: Bool) -> Double
}

extension OwnEffect {
  public var reach: Reach { .own }

  public func addChanges(
    _ network: borrowing Network, ego: Int, candidates: Span<Int32>, weight: Double,
    to changes: inout MutableSpan<Double>
  ) {
    let more = weight * gain(network, ego: ego, tied: false)
    let less = weight * gain(network, ego: ego, tied: true)
    for k in candidates.indices {
      changes[k] += network.hasTie(ego, Int(candidates[k])) ? less : more
    }
  }
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
  /// Which choices it acts on.
  public let part: PanelModel.Part

  public init(
    _ name: String, _ effect: any NetworkEffect, weight: Double,
    part: PanelModel.Part = .evaluation
  ) {
    self.name = name
    self.effect = effect
    self.weight = weight
    self.part = part
  }
}
