/// Who is tied to whom: a sparse graph of *n* actors that can be toggled tie by tie.
///
/// Neighbours are kept in ascending order, so the same ties always compare equal and are met in the same
/// order, however they came about. A directed network keeps its ties in both directions.
///
/// - Complexity: O(*n* + ties) memory; a toggle costs O(degree).
public struct Network: Sendable, Hashable {
  public let isDirected: Bool
  /// Directed ties, or unordered pairs where the network is undirected.
  public private(set) var tieCount = 0
  private(set) var outgoing: Adjacency
  /// Empty where the network is undirected.
  private(set) var incoming: Adjacency

  /// *n* actors without ties.
  public init(actors count: Int, directed: Bool) {
    isDirected = directed
    outgoing = Adjacency(actors: count)
    incoming = Adjacency(actors: directed ? count : 0)
  }

  /// A network with the given ties; a pair that occurs twice counts once, and undirected ties may be given
  /// in either order.
  public init(actors count: Int, directed: Bool, ties: [(from: Int, to: Int)]) {
    self.init(actors: count, directed: directed)
    for tie in ties where !hasTie(tie.from, tie.to) { toggle(tie.from, tie.to) }
  }

  public var actorCount: Int { outgoing.actorCount }

  /// Whether `from` has a tie to `to`; the order does not matter in an undirected network.
  public func hasTie(_ from: Int, _ to: Int) -> Bool { outgoing.contains(Int32(to), of: from) }

  /// How many ties an actor has; in a directed network, sends.
  public func degree(_ actor: Int) -> Int { outgoing.degree(actor) }

  /// The actor's partner number `k`, in ascending order; in a directed network, the receiver of its tie.
  public func partner(_ k: Int, of actor: Int) -> Int32 { outgoing.neighbour(k, of: actor) }

  /// How many ties an actor receives.
  public func inDegree(_ actor: Int) -> Int {
    isDirected ? incoming.degree(actor) : outgoing.degree(actor)
  }

  /// The sender of the actor's received tie number `k`, in ascending order.
  public func sender(_ k: Int, to actor: Int) -> Int32 {
    isDirected ? incoming.neighbour(k, of: actor) : outgoing.neighbour(k, of: actor)
  }

  /// How many actors *h* have `ego` → *h* → `alter`.
  public func twoPaths(from ego: Int, to alter: Int) -> Int {
    outgoing.common(ego, in: isDirected ? incoming : outgoing, alter)
  }

  /// How many actors *h* have `ego` → *h* and `alter` → *h*.
  public func sharedPartners(_ ego: Int, _ alter: Int) -> Int {
    outgoing.common(ego, in: outgoing, alter)
  }

  /// Makes the tie where there is none, ends it where there is one.
  public mutating func toggle(_ from: Int, _ to: Int) {
    precondition(from != to, "actor \(from) cannot be tied to itself")
    let added = outgoing.toggle(Int32(to), of: from)
    if isDirected {
      _ = incoming.toggle(Int32(from), of: to)
    } else {
      _ = outgoing.toggle(Int32(from), of: to)
    }
    tieCount += added ? 1 : -1
  }
}
