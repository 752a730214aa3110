/// What the policy has cost from the start, money of model year *t* counting (1 + discount)^−(t − 1).
public struct DiscountedCost: Measure {
  private let discount: Double

  public init(discount: Double) { self.discount = discount }

  public var name: String { "discounted-cost" }
  public var groups: [String] { ["all"] }

  public func values(_ state: ScenarioState) -> [Double] { [sum(state)] }

  func sum(_ state: ScenarioState) -> Double {
    var (sum, factor) = (0.0, 1.0)
    for year in 1...max(1, state.year) where year <= state.year {
      sum += factor * state.world.spending[year]
      factor /= 1 + discount
    }
    return sum
  }
}
