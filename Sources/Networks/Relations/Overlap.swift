/// The share of the first relation's ties that are ties of another relation too; 0 without ties. An undirected tie is one
/// too where the other relation has a tie in either direction.
struct Overlap: Measure {
  let name: String
  private let relation: Int

  /// - Parameter relation: the position of the other one.
  init(_ name: String, with relation: Int) {
    self.name = name
    self.relation = relation
  }

  var groups: [String] { ["all"] }

  func values(_ state: ScenarioState) -> [Double] {
    let (ties, other) = (state.world.network, state.world.ties(relation))
    var shared = 0
    for school in 0..<ties.actorCount {
      for k in 0..<ties.degree(school) {
        let partner = Int(ties.partner(k, of: school))
        guard ties.isDirected || school < partner else { continue }
        if other.hasTie(school, partner) || (!ties.isDirected && other.hasTie(partner, school)) {
          shared += 1
        }
      }
    }
    return [ties.tieCount > 0 ? Double(shared) / Double(ties.tieCount) : 0]
  }
}
