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
