/// How ties mix schools of different values of a column: phases, authorities, roles.
public struct MixingOfKinds: Measure {
  /// What is said of the ties.
  public enum Quantity: Sendable {
    /// Newman's assortativity; 0 where kinds do not matter or all ties are of one kind.
    case assortativity
    /// The share of ties between different kinds; 0 without ties.
    case bridging
  }

  public let name: String
  private let quantity: Quantity
  private let kinds: [Int]

  /// - Parameter kinds: of each school, from 0.
  public init(_ name: String, _ quantity: Quantity, kinds: [Int]) {
    self.name = name
    self.quantity = quantity
    self.kinds = kinds
  }

  public var groups: [String] { ["all"] }

  public func values(_ state: ScenarioState) -> [Double] {
    let mixing = Mixing(state.world.network, kinds: kinds)
    return switch quantity {
    case .assortativity: [mixing.assortativity ?? 0]
    case .bridging: [mixing.externalInternalIndex.map { (1 + $0) / 2 } ?? 0]
    }
  }
}
