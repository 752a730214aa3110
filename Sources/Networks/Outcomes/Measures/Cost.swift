/// What the policy has cost from the start to the end of the year, not discounted.
public struct Cost: Measure {
  public init() {}

  public var name: String { "cost" }
  public var groups: [String] { ["all"] }

  public func values(_ state: ScenarioState) -> [Double] { [state.cost] }
}
