import Designs
import Foundation
import Matching

/// The constraints of a design as it declares them, measured on the candidates themselves: nothing here calls what the
/// product keeps or checks them with.
struct DeclaredConstraints {
  struct PairLimit {
    let name: String
    let limit: Double
    let gap: (_ a: Int, _ b: Int) -> Double
  }

  /// How far apart partners may be.
  let pairs: [PairLimit]
  /// Units that `discard` or a window of propensities forbids.
  let forbidden: [Bool]

  init(_ design: MatchDesign, match: MatchOutcome, candidates: Candidates) {
    let count = candidates.treated.count
    var forbidden = [Bool](repeating: false, count: count)
    if let score = match.score {
      let scores = [true, false].map { arm in
        (0..<count).filter { candidates.treated[$0] == arm && score[$0].isFinite }.map { score[$0] }
      }
      for unit in 0..<count {
        let other = scores[candidates.treated[unit] ? 1 : 0]
        if design.discard == .both, let low = other.min(), let high = other.max() {
          forbidden[unit] = score[unit] < low || score[unit] > high
        }
        if let window = design.admitted {
          let probability: Double
          if design.distance is ScoreColumn, let given = candidates.score,
            case .numbers(let values) = given.values
          {
            probability = values[unit]
          } else {
            probability = 1 / (1 + exp(-score[unit]))
          }
          // Ten digits decide at the bounds.
          if probability < window.lowerBound - 1e-9 || probability > window.upperBound + 1e-9 {
            forbidden[unit] = true
          }
        }
      }
    }
    self.forbidden = forbidden
    var pairs: [PairLimit] = []
    if let width = design.propensityCaliper, let score = match.score {
      func variance(_ arm: Bool) -> Double {
        let values = (0..<count).filter { candidates.treated[$0] == arm && !forbidden[$0] }.map {
          score[$0]
        }
        let mean = values.reduce(0, +) / Double(values.count)
        guard values.count > 1 else { return 0 }
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
      }
      let limit = width.value * ((variance(true) + variance(false)) / 2).squareRoot()
      pairs.append(PairLimit(name: "propensity", limit: limit) { abs(score[$0] - score[$1]) })
    }
    for (name, width) in design.calipers {
      guard let covariate = candidates.measured.first(where: { $0.name == name }),
        case .numbers(let values) = covariate.values
      else { continue }
      pairs.append(PairLimit(name: name, limit: width.value) { abs(values[$0] - values[$1]) })
    }
    if let farthest = design.farthest, let places = candidates.places {
      pairs.append(
        PairLimit(name: "distance on the map", limit: farthest) {
          Self.kilometres(places[$0], places[$1])
        })
    }
    self.pairs = pairs
  }

  static func kilometres(_ a: Place?, _ b: Place?) -> Double {
    guard case .grid(let e1, let n1)? = a, case .grid(let e2, let n2)? = b else { return .infinity }
    return ((e1 - e2) * (e1 - e2) + (n1 - n2) * (n1 - n2)).squareRoot() / 1000
  }

  func admits(_ a: Int, _ b: Int, only name: String? = nil) -> Bool {
    pairs.allSatisfy { limit in
      if let name, limit.name != name { return true }
      return limit.gap(a, b) <= limit.limit * (1 + 1e-9) + 1e-12
    }
  }
}
