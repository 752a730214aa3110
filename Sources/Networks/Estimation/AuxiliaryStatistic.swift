/// A statistic that was not fitted, by which a fitted model is judged.
struct AuxiliaryStatistic: Sendable {
  let name: String
  let names: [String]
  let values: @Sendable (PanelState) -> [Double]

  /// Distributions of degrees and the triad census of each relation, how relations lie over one another, and the
  /// distribution of each behaviour.
  static func all(_ model: PanelModel) -> [AuxiliaryStatistic] {
    var list = model.relations.indices.flatMap { r in
      structure(r, model.relations[r], prefix: r == 0 ? "" : "\(model.relations[r].name): ")
    }
    for a in model.relations.indices {
      for b in model.relations.indices where a < b {
        list.append(overlap(a, b, model))
      }
    }
    for (b, behaviour) in model.behaviours.enumerated() {
      let lowest = behaviour.range.lowerBound
      let steps = min(20, Int(behaviour.range.upperBound - lowest))
      list.append(
        AuxiliaryStatistic(
          name: behaviour.name, names: (0...steps).map { "\(lowest + Double($0))" }
        ) { state in
          var counts = [Double](repeating: 0, count: steps + 1)
          for value in state.behaviours[b] { counts[min(steps, max(0, Int(value - lowest)))] += 1 }
          return counts
        })
    }
    return list
  }

  private static func structure(
    _ r: Int, _ relation: PanelModel.Relation, prefix: String
  ) -> [AuxiliaryStatistic] {
    let levels = (0...8).map { "≤ \($0)" }
    var list = [
      AuxiliaryStatistic(
        name: prefix + (relation.isDirected ? "outdegree" : "degree"), names: levels
      ) { state in
        let network = state[r]
        return cumulative((0..<network.actorCount).map { network.degree($0) }, upTo: 8)
      }
    ]
    if relation.isDirected {
      list.append(
        AuxiliaryStatistic(name: "\(prefix)indegree", names: levels) { state in
          let network = state[r]
          return cumulative((0..<network.actorCount).map { network.inDegree($0) }, upTo: 8)
        })
    }
    list.append(
      AuxiliaryStatistic(
        name: "\(prefix)triads", names: TriadCensus.names(directed: relation.isDirected)
      ) { TriadCensus($0[r]).counts })
    return list
  }

  /// How many pairs of actors have the ties of two relations together: both in the same direction, and where both
  /// have one, each in the other's.
  private static func overlap(_ a: Int, _ b: Int, _ model: PanelModel) -> AuxiliaryStatistic {
    let (first, second) = (model.relations[a], model.relations[b])
    let areDirected = first.isDirected && second.isDirected
    return AuxiliaryStatistic(
      name: "\(first.name) and \(second.name)",
      names: areDirected ? ["same direction", "contrary"] : ["both"]
    ) { state in
      let (x, w) = (state[a], state[b])
      var (same, contrary) = (0, 0)
      for ego in 0..<x.actorCount {
        for k in 0..<x.degree(ego) {
          let alter = Int(x.partner(k, of: ego))
          if w.hasTie(ego, alter) { same += 1 }
          if areDirected, w.hasTie(alter, ego) { contrary += 1 }
        }
      }
      return (areDirected ? [same, contrary] : [same]).map(Double.init)
    }
  }

  private static func cumulative(_ degrees: [Int], upTo most: Int) -> [Double] {
    (0...most).map { level in Double(degrees.count { $0 <= level }) }
  }
}
