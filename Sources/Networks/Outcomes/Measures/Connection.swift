/// How far ties connect schools: into how many sets, or how large the largest is. A school without a tie is no set.
public struct Connection: Measure {
  /// What is counted.
  public enum Quantity: Sendable {
    /// Sets of two schools or more.
    case components
    /// The share of the schools that are there in the largest set.
    case largest
  }

  public let name: String
  private let quantity: Quantity
  /// The position of the relation.
  private let relation: Int

  public init(_ name: String, _ quantity: Quantity, of relation: Int = 0) {
    self.name = name
    self.quantity = quantity
    self.relation = relation
  }

  public var groups: [String] { ["all"] }

  public func values(_ state: ScenarioState) -> [Double] {
    let sizes = Components(state.world.ties(relation)).sizes.filter { $0 > 1 }
    switch quantity {
    case .components: return [Double(sizes.count)]
    case .largest:
      let closed = state.world.absence.closed.count(where: \.self)
      return [Double(sizes.max() ?? 0) / Double(state.world.count - closed)]
    }
  }
}
