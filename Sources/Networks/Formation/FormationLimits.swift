/// What keeps ties from being made or ended, whatever actors would like.
///
/// In the terms of Ripley et al., Manual for SienaR: maximum degree, *higher*, *disjoint*, structural ties.
public struct FormationLimits: Sendable {
  /// Partners beyond which no one makes another tie; ties sent where directed.
  public let maximumDegree: Int?
  /// Of each actor those that alone it can be tied to, ascending; `nil` for everyone.
  let within: [[Int32]]?
  /// Of each actor those that it can make no tie to, ascending; empty where there are none at all.
  private let disjoint: [[Int32]]
  /// Of each actor those to whom its tie cannot end, ascending; empty where there are none at all.
  private let lasting: [[Int32]]
  private let kinds: KindRules?

  /// Everything can change.
  public static let none = FormationLimits()

  /// - Parameters:
  ///   - within: pairs that alone can be tied.
  ///   - disjoint: pairs that cannot be tied.
  ///   - lasting: pairs whose tie cannot end.
  public init(
    maximumDegree: Int? = nil, within: Network? = nil, disjoint: Network? = nil,
    lasting: Network? = nil
  ) {
    self.init(
      maximumDegree: maximumDegree, within: within, disjoint: disjoint, lasting: lasting, kinds: nil
    )
  }

  init(
    maximumDegree: Int?, within: Network?, disjoint: Network?, lasting: Network?,
    kinds: KindRules?
  ) {
    self.maximumDegree = maximumDegree
    self.kinds = kinds
    self.within = within.map(Self.lists)
    self.disjoint = disjoint.map(Self.lists) ?? []
    self.lasting = lasting.map(Self.lists) ?? []
  }

  private static func lists(_ network: borrowing Network) -> [[Int32]] {
    var lists: [[Int32]] = []
    for actor in 0..<network.actorCount {
      lists.append((0..<network.degree(actor)).map { network.partner($0, of: actor) })
    }
    return lists
  }

  /// Whether there is anything to keep to.
  var isNone: Bool {
    maximumDegree == nil && within == nil && disjoint.isEmpty && lasting.isEmpty && kinds == nil
  }

  /// Whether the ego may toggle its tie to the alter.
  func admits(_ network: borrowing Network, _ ego: Int, _ alter: Int) -> Bool {
    if network.hasTie(ego, alter) { return !Self.contains(lasting, ego, alter) }
    if isFull(network, ego) || (!network.isDirected && isFull(network, alter)) { return false }
    if let kinds, !kinds.allows(ego, alter) { return false }
    if let within, !Self.contains(within, ego, alter) { return false }
    return !Self.contains(disjoint, ego, alter)
  }

  /// Whether an actor can make no further tie.
  @inline(__always)
  func isFull(_ network: borrowing Network, _ actor: Int) -> Bool {
    maximumDegree.map { network.degree(actor) >= $0 } ?? false
  }

  private static func contains(_ lists: [[Int32]], _ ego: Int, _ alter: Int) -> Bool {
    if lists.isEmpty { return false }
    let list = lists[ego]
    var (low, high) = (0, list.count)
    while low < high {
      let middle = (low + high) / 2
      if list[middle] < Int32(alter) { low = middle + 1 } else { high = middle }
    }
    return low < list.count && list[low] == Int32(alter)
  }
}
