/// A statistic that was not fitted, by which a fitted model is judged.
struct AuxiliaryStatistic: Sendable {
  let name: String
  let names: [String]
  let values: @Sendable (PanelState) -> [Double]

  /// Distributions of degrees and of each behaviour, cumulated, and the triad census.
  static func all(_ model: PanelModel) -> [AuxiliaryStatistic] {
    var list = [
      AuxiliaryStatistic(
        name: model.isDirected ? "outdegree" : "degree", names: (0...8).map { "≤ \($0)" }
      ) { state in
        cumulative((0..<state.network.actorCount).map { state.network.degree($0) }, upTo: 8)
      }
    ]
    if model.isDirected {
      list.append(
        AuxiliaryStatistic(name: "indegree", names: (0...8).map { "≤ \($0)" }) { state in
          cumulative((0..<state.network.actorCount).map { state.network.inDegree($0) }, upTo: 8)
        })
    }
    list.append(
      AuxiliaryStatistic(
        name: "triads", names: TriadCensus.names(directed: model.isDirected)
      ) { TriadCensus($0.network).counts })
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

  private static func cumulative(_ degrees: [Int], upTo most: Int) -> [Double] {
    (0...most).map { level in Double(degrees.count { $0 <= level }) }
  }
}
