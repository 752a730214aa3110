/// The discounted cost less what the outcome is worth: Σ_i *w_i* (*y_i* − *y_i*(0)) / sd · value of one sd for one pupil,
/// in the year reported, discounted to the first. Below zero means that gains are worth more than they cost.
///
/// A difference and not a ratio, whose denominator could cross zero.
public struct NetCost: Measure {
  private let cost: DiscountedCost
  private let weights: [Double]
  private let discount: Double
  private let value: Double
  private let sd: Double

  public init(discount: Double, valueOfSD: Double, weights: [Double], sd: Double) {
    cost = DiscountedCost(discount: discount)
    self.discount = discount
    self.weights = weights
    value = valueOfSD
    self.sd = sd
  }

  public var name: String { "net-cost" }
  public var groups: [String] { ["all"] }

  public func values(_ state: ScenarioState) -> [Double] {
    guard state.year > 0 else { return [0] }
    let start = state.world.setting.outcome
    var gain = 0.0
    let heirs = state.world.absence.heirs
    for school in weights.indices {
      let heir = heirs.isEmpty ? school : Int(heirs[school])
      if heir >= 0 { gain += weights[school] * (state.outcome[heir] - start[heir]) }
    }
    var factor = 1.0
    for _ in 1..<max(1, state.year) { factor /= 1 + discount }
    return [cost.sum(state) - factor * gain / sd * value]
  }
}
