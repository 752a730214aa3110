import Foundation
import LinearAlgebra
import Multilevel

/// Laplace's approximation as its definition reads, with one dense Z: what the kernels are tested against.
struct DenseLaplace {
  let model: RandomGeneralisedModel
  func deviance(theta: [Double], beta: [Double]) throws -> Double {
    let n = model.response.count
    let effects = model.terms.map { $0.columns.count * $0.levels }.reduce(0, +)
    var a = Matrix(rows: n, columns: effects)
    var (first, position) = (0, 0)
    for term in model.terms {
      let k = term.columns.count
      for column in 0..<k {
        for row in column..<k {
          for i in 0..<n where term.codes[i] >= 0 {
            a[i, first + term.codes[i] * k + column] += term.columns[row][i] * theta[position]
          }
          position += 1
        }
      }
      first += k * term.levels
    }
    let base = (0..<n).map { i in
      model.offset[i] + zip(model.fixed, beta).reduce(0) { $0 + $1.0[i] * $1.1 }
    }
    var u = [Double](repeating: 0, count: effects)
    typealias Values = (objective: Double, force: [Double], weight: [Double], slope: [Double])
    func values(_ u: [Double]) -> Values {
      let eta = zip(base, a * u).map { $0 + $1 }
      let rows = eta.indices.map { row(eta[$0], model.response[$0], model.exposures[$0]) }
      let force = zip(a.transposedTimes(rows.map(\.score)), u).map { $0 - $1 }
      // Minus the derivative of the score, by differences: Newton's step needs no more.
      let slope = eta.indices.map { i in
        func score(_ eta: Double) -> Double {
          row(eta, model.response[i], model.exposures[i]).score
        }
        return max(0, score(eta[i] - 1e-5) - score(eta[i] + 1e-5)) / 2e-5
      }
      return (
        rows.reduce(0) { $0 + $1.value } - 0.5 * dot(u, u), force, rows.map(\.weight), slope
      )
    }
    func curvature(_ weight: [Double]) throws -> Cholesky {
      var scaled = a
      for j in 0..<effects { for i in 0..<n { scaled[i, j] *= weight[i] } }
      return try Cholesky(a.transposedTimes(scaled) + .identity(effects))
    }
    var now = values(u)
    for _ in 0..<400 {
      let step = try curvature(now.slope).solve(now.force)
      var fraction = 1.0
      var next = values(zip(u, step).map { $0 + fraction * $1 })
      while next.objective < now.objective - 1e-11, fraction > 1e-8 {
        fraction /= 2
        next = values(zip(u, step).map { $0 + fraction * $1 })
      }
      u = zip(u, step).map { $0 + fraction * $1 }
      now = next
      if step.allSatisfy({ abs($0) < 1e-13 }) { break }
    }
    return -2 * now.objective + (try curvature(now.weight)).logDeterminant
  }

  /// Log likelihood with constants, its derivative, and the expected information.
  func row(
    _ eta: Double, _ y: Double, _ m: Double
  ) -> (value: Double, score: Double, weight: Double) {
    switch model.family {
    case .binomial(let link):
      // The probability, what is left of it, and the slope over their product.
      let (mean, rest, ratio): (Double, Double, Double)
      switch link {
      case .logit:
        mean = 1 / (1 + exp(-eta))
        rest = 1 / (1 + exp(eta))
        ratio = 1
      case .probit:
        mean = 0.5 * erfc(-eta / 2.0.squareRoot())
        rest = 0.5 * erfc(eta / 2.0.squareRoot())
        ratio = exp(-0.5 * eta * eta) / (2 * Double.pi).squareRoot() / (mean * rest)
      case .cloglog:
        mean = -expm1(-exp(eta))
        rest = exp(-exp(eta))
        ratio = exp(eta) / mean
      }
      let choose = logGammaOf(m + 1) - logGammaOf(y + 1) - logGammaOf(m - y + 1)
      return (
        choose + (y > 0 ? y * log(mean) : 0) + (y < m ? (m - y) * log(rest) : 0),
        (y * rest - (m - y) * mean) * ratio, m * mean * rest * ratio * ratio
      )
    case .poisson:
      return (y * eta - exp(eta) - logGammaOf(y + 1), y - exp(eta), exp(eta))
    case .negativeBinomial(let known):
      let size = known ?? 1
      let mean = exp(eta)
      return (
        logGammaOf(y + size) - logGammaOf(size) - logGammaOf(y + 1)
          + y * log(mean / (mean + size)) + size * log(size / (mean + size)),
        (y - mean) * size / (mean + size), mean * size / (mean + size)
      )
    case .cumulative(let link):
      // log P with P = F(a) − F(b), and minus its second derivative as determinant weight.
      var cutpoints = [-Double.infinity, 0]
      for gap in model.beta[3...] { cutpoints.append((cutpoints.last ?? 0) + exp(gap)) }
      cutpoints.append(.infinity)
      let (a, b) = (cutpoints[Int(y)] - eta, cutpoints[Int(y) - 1] - eta)
      let (upper, lower) = (distribution(a, link), distribution(b, link))
      let p = upper.f - lower.f
      let slope = -(upper.density - lower.density) / p
      return (
        m * log(p), m * slope, -m * ((upper.bend - lower.bend) / p - slope * slope)
      )
    }
  }

  /// F, f and f′.
  private func distribution(
    _ x: Double, _ link: BinomialLink
  ) -> (f: Double, density: Double, bend: Double) {
    guard x.isFinite else { return (x > 0 ? 1 : 0, 0, 0) }
    switch link {
    case .logit:
      let f = 1 / (1 + exp(-x))
      return (f, f * (1 - f), f * (1 - f) * (1 - 2 * f))
    case .probit:
      let density = exp(-0.5 * x * x) / (2 * Double.pi).squareRoot()
      return (0.5 * erfc(-x / 2.0.squareRoot()), density, -x * density)
    case .cloglog:
      let density = exp(x - exp(x))
      return (-expm1(-exp(x)), density, (1 - exp(x)) * density)
    }
  }

  private func logGammaOf(_ x: Double) -> Double {
    var sum = 0.0
    var z = x
    while z < 40 {
      sum += log(z)
      z += 1
    }
    return (z - 0.5) * log(z) - z + 0.5 * log(2 * Double.pi) + 1 / (12 * z) - 1 / (360 * z * z * z)
      + 1 / (1260 * pow(z, 5)) - sum
  }
}
