import Designs
import Foundation
import Multilevel
import Probability

/// A small random data set with a model of a given family and structure.
struct RandomGeneralisedModel {
  enum Structure: CaseIterable, Sendable {
    case intercept, slope, independentSlope, nested, crossed, crossedSlopes, partlyNested, threeWay
  }

  let frame: ModelFrame
  let family: ResponseFamily
  let trials: Int?
  let thetaCount: Int
  let response: [Double]
  let exposures: [Double]
  let offset: [Double]
  let fixed: [[Double]]
  /// For each term its columns, codes (−1 for none) and number of levels.
  let terms: [(columns: [[Double]], codes: [Int], levels: Int)]
  let theta: [Double]
  /// Three coefficients, and for ordered categories the logarithms of the gaps between cutpoints.
  let beta: [Double]

  init(_ structure: Structure, _ family: ResponseFamily, seed: UInt32, rows n: Int = 90) {
    var random = RandomStream(Seed(77)["generalised"]["\(structure)"]["\(family)"], replicate: seed)
    let x = (0..<n).map { _ in random.normal() }
    let w = (0..<n).map { _ in random.uniform() < 0.4 ? 1.0 : 0 }
    let small = 9
    let a = (0..<n).map { _ in random.index(below: small) }
    let b = (0..<n).map { _ in random.index(below: 5) }
    let c = (0..<n).map { _ in random.index(below: 4) }
    let one = [Double](repeating: 1, count: n)
    typealias Term = (columns: [[Double]], codes: [Int], levels: Int, names: [String])
    let terms: [Term] =
      switch structure {
      case .intercept: [([one], a, small, ["(Intercept)"])]
      case .slope: [([one, x], a, small, ["(Intercept)", "x"])]
      case .independentSlope:
        [([one], a, small, ["(Intercept)"]), ([x], a, small, ["x"])]
      case .nested:
        [
          ([one, x], a, small, ["(Intercept)", "x"]), ([one], a.map { $0 % 3 }, 3, ["(Intercept)"]),
        ]
      case .crossed: [([one], a, small, ["(Intercept)"]), ([one], b, 5, ["(Intercept)"])]
      case .crossedSlopes:
        [([one, x], b, 5, ["(Intercept)", "x"]), ([one, w], c, 4, ["(Intercept)", "w"])]
      case .partlyNested:
        [
          ([w], zip(a, w).map { $1 > 0 ? $0 : -1 }, small, ["w"]),
          ([one], b, 5, ["(Intercept)"]),
        ]
      case .threeWay:
        [
          ([one], a, small, ["(Intercept)"]), ([one], b, 5, ["(Intercept)"]),
          ([one], c, 4, ["(Intercept)"]),
        ]
      }
    let ordered = terms.enumerated().sorted {
      ($1.element.levels, $0.offset) < ($0.element.levels, $1.offset)
    }.map(\.element)
    var theta: [Double] = []
    for term in ordered {
      for column in term.columns.indices {
        for row in column..<term.columns.count {
          theta.append(row == column ? 0.4 + 0.5 * random.uniform() : 0.3 * random.normal())
        }
      }
    }
    let coefficients = [0.2 * random.normal(), 0.5 * random.normal(), -0.4]
    let beta = coefficients + (family.isOrdered ? [-0.2, 0.1] : [])
    let offset = (0..<n).map { _ in 0.2 * random.normal() }
    var eta = (0..<n).map { offset[$0] + beta[0] + beta[1] * x[$0] + beta[2] * w[$0] }
    var first = 0
    for term in ordered {
      let k = term.columns.count
      for level in 0..<term.levels {
        let u = (0..<k).map { _ in random.normal() }
        var position = first
        var effect = [Double](repeating: 0, count: k)
        for column in 0..<k {
          for row in column..<k {
            effect[row] += theta[position] * u[column]
            position += 1
          }
        }
        for i in 0..<n where term.codes[i] == level {
          for column in 0..<k { eta[i] += term.columns[column][i] * effect[column] }
        }
      }
      first += k * (k + 1) / 2
    }
    var exposures = one
    var response: [Double] = []
    for i in 0..<n {
      switch family {
      case .binomial:
        exposures[i] = seed % 2 == 0 ? 1 : Double(1 + random.index(below: 6))
        let p = 1 / (1 + exp(-eta[i]))
        response.append(
          (0..<Int(exposures[i])).reduce(0) { sum, _ in
            sum + (random.uniform() < p ? 1 : 0)
          })
      case .poisson, .negativeBinomial:
        var count = 0.0
        var time = random.exponential(rate: exp(eta[i]))
        while time < 1 {
          count += 1
          time += random.exponential(rate: exp(eta[i]))
        }
        response.append(count)
      case .cumulative:
        if seed % 2 == 1 { exposures[i] = Double(1 + random.index(below: 3)) }
        let latent = eta[i] + random.normal()
        let cutpoints = [0, exp(-0.2), exp(-0.2) + exp(0.1)]
        response.append(Double(1 + cutpoints.count { $0 < latent }))
      }
    }
    var draft = FrameDraft(response: response)
    draft.addIntercept()
    draft.addFixed("x", x)
    draft.addFixed("w", w)
    for (position, term) in terms.enumerated() {
      let name = terms.firstIndex { $0.codes == term.codes } ?? position
      draft.addTerm(
        term.names, by: GroupingFactor("g\(name)", codes: term.codes, levels: term.levels))
    }
    draft.offset = draft.add("offset", offset)
    let trials = draft.add("trials", exposures)
    if case .binomial = family { self.trials = trials } else { self.trials = nil }
    if family.isOrdered { draft.weights = trials }
    frame = draft.frame
    self.family = family
    self.response = response
    self.exposures = exposures
    self.offset = offset
    fixed = [one, x, w]
    self.terms = ordered.map { ($0.columns, $0.codes, $0.levels) }
    self.theta = theta
    thetaCount = theta.count
    self.beta = beta
  }
}
