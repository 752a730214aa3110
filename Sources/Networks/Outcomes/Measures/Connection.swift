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

  public init(_ name: String, _ quantity: Quantity) {
    self.name = name
    self.quantity = quantity
  }

  public var groups: [String] { ["all"] }

  public func values(_ state: ScenarioState) -> [Double] {
    let sizes = Components(state.world.network).sizes.filter { $0 > 1 }
    switch quantity {
    case .components: return [Double(sizes.count)]
    case .largest:
      let closed = state.world.absence.closed.count(where: \.self)
      return [Double(sizes.max() ?? 0) / Double(state.world.count - closed)]
    }
  }
}
