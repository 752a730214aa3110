/// How steeply the outcome rises with a column: the slope of the weighted least-squares line, for one sd of the column
/// at the start.
public struct OutcomeSlope: Measure {
  public let name: String
  private let weights: [Double]
  private let scores: [Double]
  private let squares: Double

  public init(_ name: String, weights: [Double], column: [Double]) {
    self.name = name
    self.weights = weights
    let total = weights.reduce(0, +)
    let mean = zip(weights, column).reduce(0) { $0 + $1.0 * $1.1 } / total
    let variance =
      zip(weights, column).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) } / total
    let sd = variance.squareRoot()
    scores = column.map { sd > 0 ? ($0 - mean) / sd : 0 }
    squares = zip(weights, scores).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
  }

  public var groups: [String] { ["all"] }

  public func values(_ state: ScenarioState) -> [Double] {
    guard squares > 0 else { return [0] }
    var sum = 0.0
    let heirs = state.world.absence.heirs
    for school in scores.indices {
      let heir = heirs.isEmpty ? school : Int(heirs[school])
      if heir >= 0 { sum += weights[school] * scores[school] * state.outcome[heir] }
    }
    return [sum / squares]
  }
}
