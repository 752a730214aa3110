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

/// Polarisation between the fifths of schools by outcome at the start: Σ_i Σ_j π_i² π_j |*ȳ_i* − *ȳ_j*|, with π the
/// share of pupils (Esteban & Ray 1994, doi:10.2307/2951734, with α = 1): it rises as fifths draw apart.
public struct Polarisation: Measure {
  public let name: String
  private let schools: WeightedGroups
  private let shares: [Double]

  public init(_ name: String, weights: [Double], start: [Double]) {
    self.name = name
    schools = WeightedGroups(weights: weights, fifthsOf: start)
    let sums = schools.sums { _ in 1 }
    shares = sums.dropFirst().map { $0 / sums[0] }
  }

  public var groups: [String] { ["all"] }

  public func values(_ state: ScenarioState) -> [Double] {
    let means = Array(schools.means(state, ofPupils: { state.outcome[$0] }).dropFirst())
    var sum = 0.0
    for i in means.indices {
      for j in means.indices { sum += shares[i] * shares[i] * shares[j] * abs(means[i] - means[j]) }
    }
    return [sum]
  }
}

/// The mean outcome at the start of a school's partners, over the schools that have ties: of all, and of fifths by
/// poverty.
public struct PartnerQuality: Measure {
  public let name: String
  private let schools: WeightedGroups

  public init(_ name: String, schools count: Int, poverty: [Double]?) {
    self.name = name
    schools = WeightedGroups(weights: [Double](repeating: 1, count: count), fifthsOf: poverty)
  }

  public var groups: [String] { schools.names }

  public func values(_ state: ScenarioState) -> [Double] {
    let network = state.world.network
    let start = state.world.setting.outcome
    var quality = [Double](repeating: 0, count: start.count)
    var tied = [Double](repeating: 0, count: start.count)
    for school in start.indices where network.degree(school) > 0 {
      let sum = (0..<network.degree(school)).reduce(0.0) {
        $0 + start[Int(network.partner($1, of: school))]
      }
      quality[school] = sum / Double(network.degree(school))
      tied[school] = 1
    }
    return zip(schools.sums { quality[$0] }, schools.sums { tied[$0] }).map {
      $1 > 0 ? $0 / $1 : 0
    }
  }
}
