internal import StudyFiles
internal import Tables

/// Which pairs can be tied, given another relation that does not change: within it, apart from it, or around it.
///
/// In the terms of Ripley et al., Manual for SienaR: *higher*, *disjoint*.
struct PairRules: Sendable {
  /// Pairs whose tie stays as it is.
  private(set) var fixed: [(from: Int, to: Int)] = []
  private var rules: [(kind: Kind, table: String, network: Network)] = []

  enum Kind: String, Sendable, Hashable { case within, disjoint, contains }

  /// - Complexity: O(*n*²) where there is a `within`.
  init(_ step: FormationStep, among actors: ActorData) throws(ScenarioError) {
    let keys: [(Kind, LocatedText?)] = [
      (.within, step.within), (.disjoint, step.disjoint), (.contains, step.contains),
    ]
    for (kind, name) in keys {
      guard let name else { continue }
      let ties = try actors.pairs(name.text, valued: false).map { (from: $0.from, to: $0.to) }
      let other = Network(actors: actors.count, directed: step.directed, ties: ties)
      rules.append((kind, name.text, other))
      if kind != .within {
        fixed += ties
        continue
      }
      for i in 0..<actors.count {
        for j in 0..<actors.count where i != j && !other.hasTie(i, j) { fixed.append((i, j)) }
      }
    }
  }

  /// - Throws: where an observed network breaks a rule.
  func check(_ network: Network, name: String) throws(FormationError) {
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
      if broken > 0 {
        throw .brokenRule(rule.kind.rawValue, table: rule.table, wave: name, ties: broken)
      }
    }
  }
}
