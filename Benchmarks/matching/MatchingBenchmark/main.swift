import LinearAlgebra
import Matching
import Probability

/// Times each registered matching method on random problems and prints method, treated, controls, dimensions
/// and seconds of the clock (least of three). Coordinates are normal; the treated are shifted.

/// A problem whose Euclidean distances are what a Mahalanobis distance comes down to.
func problem(treated: Int, controls: Int, dimensions: Int) -> MatchingProblem {
  var stream = RandomStream(Seed(7)["benchmark"])
  let count = treated + controls
  var coordinates = Matrix(rows: dimensions, columns: count)
  for unit in 0..<count {
    for k in 0..<dimensions {
      coordinates[k, unit] = stream.normal() + (unit < treated ? 0.8 / Double(dimensions) : 0)
    }
  }
  return MatchingProblem(
    treated: (0..<count).map { $0 < treated }, eligible: [Bool](repeating: true, count: count),
    strata: [Int32](repeating: 0, count: count), coordinates: coordinates,
    score: dimensions == 1 ? coordinates.row(0) : nil, calipers: [], covariates: [],
    estimand: .att)
}

let methods: [(name: String, method: any MatchingMethod)] = [
  ("nearest", NearestNeighbour()), ("optimal", OptimalPairs()),
]
for (treated, controls) in [(500, 5000), (2000, 20_000), (5000, 50_000)] {
  for dimensions in [1, 8] {
    let problem = problem(treated: treated, controls: controls, dimensions: dimensions)
    for (name, method) in methods {
      var least = Duration.seconds(1_000_000)
      for _ in 0..<3 {
        var stream = RandomStream(Seed(1))
        least = min(
          least,
          try ContinuousClock().measure { _ = try method.match(problem, using: &stream) })
      }
      let seconds =
        Double(least.components.seconds) + Double(least.components.attoseconds) * 1e-18
      print("counterpart \(name) \(treated) x \(controls), \(dimensions) dimensions: \(seconds) s")
    }
  }
}
