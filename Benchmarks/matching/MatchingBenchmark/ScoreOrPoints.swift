import LinearAlgebra
import Matching
import Probability

/// A random problem whose Euclidean distances are what a Mahalanobis distance comes down to: normal coordinates, the
/// treated shifted by 0.1 each; with one dimension a score.
struct ScoreOrPoints {
  let problem: MatchingProblem

  init(treated: Int, controls: Int, dimensions: Int) {
    var stream = RandomStream(Seed(7)["benchmark"])
    let count = treated + controls
    var coordinates = Matrix(rows: dimensions, columns: count)
    for unit in 0..<count {
      for k in 0..<dimensions {
        coordinates[k, unit] = stream.normal() + (unit < treated ? 0.8 / Double(dimensions) : 0)
      }
    }
    problem = MatchingProblem(
      treated: (0..<count).map { $0 < treated },
      eligible: [Bool](repeating: true, count: count),
      strata: [Int32](repeating: 0, count: count), coordinates: coordinates,
      score: dimensions == 1 ? coordinates.row(0) : nil, calipers: [],
      covariates: [
        Covariate(
          "kind",
          .factor(
            codes: (0..<count).map { _ in Int32(stream.index(below: 3)) }, levels: ["a", "b", "c"]))
      ], estimand: .att)
  }
}

extension MatchingProblem {
  /// The units for a peer: arm, kind and the coordinates, all digits.
  var csv: String {
    let names = (0..<coordinates.rows).map { "x\($0 + 1)" }
    var text = (["treated", "kind"] + names).joined(separator: ",") + "\n"
    var kinds = [Int32](repeating: 0, count: count)
    if case .factor(let codes, _)? = covariates.first?.values { kinds = codes }
    for unit in 0..<count {
      text += treated[unit] ? "1,\(kinds[unit])" : "0,\(kinds[unit])"
      for k in 0..<coordinates.rows { text += ",\(coordinates[k, unit])" }
      text += "\n"
    }
    return text
  }
}
