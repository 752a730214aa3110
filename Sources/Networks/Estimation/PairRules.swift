internal import StudyFiles
internal import Tables

/// Which pairs can be tied, given another relation that does not change: within it, apart from it, or around it.
///
/// In the terms of Ripley et al., Manual for SienaR: *higher*, *disjoint*.
struct PairRules: Sendable {
  private let directed: Bool
  private let actorCount: Int
  private let kinds: (rules: KindRules, column: String)?
  private var rules: [(kind: Kind, table: String, network: Network)] = []

  enum Kind: String, Sendable, Hashable { case within, disjoint, contains, kinds }

  /// - Parameters: tables of pairs.
  init(
    within: LocatedText?, disjoint: LocatedText?, contains: LocatedText?,
    kinds: KindsSpec?, directed: Bool, among actors: ActorData
  ) throws(ScenarioError) {
    self.directed = directed
    actorCount = actors.count
    self.kinds = try kinds.map { (spec) throws(ScenarioError) in
      (try KindRules(spec, directed: directed, among: actors), spec.column.text)
    }
    let keys: [(Kind, LocatedText?)] = [
      (.within, within), (.disjoint, disjoint), (.contains, contains),
    ]
    for (kind, name) in keys {
      guard let name else { continue }
      let ties = try actors.pairs(name.text, valued: false).map { (from: $0.from, to: $0.to) }
      rules.append(
        (kind, name.text, Network(actors: actors.count, directed: directed, ties: ties)))
    }
  }

  private func network(_ kind: Kind) -> Network? { rules.first { $0.kind == kind }?.network }

  /// Pairs whose tie stays as it is.
  ///
  /// - Complexity: O(*n*²) where there is a `within`, or kinds that cannot be tied.
  var fixed: [(from: Int, to: Int)] {
    var fixed: [(from: Int, to: Int)] = []
    for rule in rules {
      for i in 0..<rule.network.actorCount {
        if rule.kind == .within {
          for j in 0..<rule.network.actorCount where i != j && !rule.network.hasTie(i, j) {
            fixed.append((i, j))
          }
        } else {
          for k in 0..<rule.network.degree(i) {
            fixed.append((i, Int(rule.network.partner(k, of: i))))
          }
        }
      }
    }
    guard let kinds else { return fixed }
    for i in 0..<actorCount {
      for j in 0..<actorCount where i != j && !kinds.rules.allows(i, j) { fixed.append((i, j)) }
    }
    return fixed
  }

  /// The same for a network that is simulated on, with pairs of which each stays tied or untied as it is at the start.
  func limits(
    maximumDegree: Int?, fixed: [(from: Int, to: Int)], start: Network
  ) -> FormationLimits {
    func joined(_ kind: Kind, _ tied: Bool) -> Network? {
      let more = fixed.filter { start.hasTie($0.from, $0.to) == tied }
      guard !more.isEmpty else { return network(kind) }
      var joined = network(kind) ?? Network(actors: actorCount, directed: directed)
      for pair in more where !joined.hasTie(pair.from, pair.to) {
        joined.toggle(pair.from, pair.to)
      }
      return joined
    }
    return FormationLimits(
      maximumDegree: maximumDegree, within: network(.within), disjoint: joined(.disjoint, false),
      lasting: joined(.contains, true), kinds: kinds?.rules)
  }

  /// A rule that a network breaks, and by how many ties.
  struct Breach: Error {
    let kind: Kind
    let table: String
    let ties: Int
  }

  func check(_ network: Network) throws(Breach) {
    for rule in rules {
      var broken = 0
      let (inner, outer) =
        rule.kind == .contains ? (rule.network, network) : (network, rule.network)
      for i in 0..<inner.actorCount {
        for k in 0..<inner.degree(i) {
          let isIn = outer.hasTie(i, Int(inner.partner(k, of: i)))
          if isIn == (rule.kind == .disjoint) { broken += 1 }
        }
      }
      if !network.isDirected { broken /= 2 }
      if broken > 0 { throw Breach(kind: rule.kind, table: rule.table, ties: broken) }
    }
    guard let kinds else { return }
    var broken = 0
    for i in 0..<network.actorCount {
      for k in 0..<network.degree(i)
      where !kinds.rules.allows(i, Int(network.partner(k, of: i))) { broken += 1 }
    }
    if !network.isDirected { broken /= 2 }
    if broken > 0 { throw Breach(kind: .kinds, table: kinds.column, ties: broken) }
  }

  /// - Throws: where an observed network breaks a rule.
  func check(_ network: Network, name: String) throws(FormationError) {
    do throws(Breach) { try check(network) } catch {
      throw .brokenRule(
        error.kind.rawValue, table: error.table, wave: name, ties: error.ties)
    }
  }
}
