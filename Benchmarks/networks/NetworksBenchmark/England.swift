import Networks
import Probability

/// A country of schools: places that cluster in towns, authorities, attainment that partnership raises and that in
/// turn makes schools sought after.
struct England {
  let count: Int
  let formation: FormationSimulator
  private let attainment: [Double]

  /// Opportunities a school and year.
  static let rate = 2.0
  static let years = 10

  init(schools count: Int) {
    self.count = count
    var random = RandomStream(Seed(5))
    var (x, y): ([Double], [Double]) = ([], [])
    var authority: [Int32] = []
    let towns = (0..<150).map { _ in (x: 500 * random.uniform(), y: 600 * random.uniform()) }
    for _ in 0..<count {
      let town = random.index(below: towns.count)
      authority.append(Int32(town))
      x.append(towns[town].x + 8 * random.normal())
      y.append(towns[town].y + 8 * random.normal())
    }
    attainment = (0..<count).map { _ in random.normal() }
    formation = FormationSimulator(
      FormationModel(
        rate: Self.rate,
        effects: [
          WeightedEffect("density", Density(), weight: -3.6),
          WeightedEffect(
            "log-distance", LogDistance(Locations(eastings: x, northings: y)), weight: -0.9),
          WeightedEffect("same(la)", Same(authority), weight: 0.8),
          WeightedEffect("transitivity", Transitivity(), weight: 0.3),
        ], consent: .initiative(InitiativeAndConfirmation(offset: PortableMath.log(Double(count))))),
      actors: count, directed: false)
  }

  /// One replicate, year by year; gives ties at the end and the mean gain.
  func run(replicate: UInt32) -> (ties: Int, gain: Double) {
    var network = Network(actors: count, directed: false)
    var values = attainment
    for year in 0..<Self.years {
      network = formation.run(
        from: network, years: 1, lift: values.map { 0.1 * $0 }, seed: Seed(6)["\(year)"],
        replicate: replicate)
      for school in 0..<count {
        let degree = network.degree(school)
        guard degree > 0 else { continue }
        var sum = 0.0
        for k in 0..<degree { sum += values[Int(network.partner(k, of: school))] }
        values[school] += 0.02 + 0.05 * max(0, sum / Double(degree) - values[school])
      }
    }
    let gain = zip(values, attainment).reduce(0) { $0 + $1.0 - $1.1 } / Double(count)
    return (network.tieCount, gain)
  }
}
