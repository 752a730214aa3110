internal import LinearAlgebra
internal import Probability

/// A test of several linear hypotheses at once.
public struct JointTest: Sendable, Hashable {
  public let name: String
  /// F, or χ² over its degrees of freedom where the normal distribution was asked for.
  public let statistic: Double
  /// How many independent equations are tested.
  public let numerator: Int
  /// +∞ where the normal distribution was asked for; `nil` where too few clusters leave none.
  public let denominator: Double?
  /// `nil` where there are no degrees of freedom.
  public let pValue: Double?

  init(name: String, statistic: Double, numerator: Int, denominator: Double) {
    self.name = name
    self.statistic = statistic
    self.numerator = numerator
    guard denominator > 0 else {
      self.denominator = nil
      pValue = nil
      return
    }
    self.denominator = denominator
    pValue = FisherF(numerator: Double(numerator), denominator: denominator).upperTail(statistic)
  }
}

extension LinearMixedModelFit {
  /// Tests that every row of weights gives its value: *Lβ* = *r*.
  ///
  /// Satterthwaite's degrees of freedom combine those of the statistic's independent parts (Fai & Cornelius 1996,
  /// doi:10.1080/00949659608811740, as lmerTest does). Kenward and Roger's method scales F and its degrees of
  /// freedom (1997, doi:10.2307/2533558). Errors robust to clusters are tested by Hotelling's T² with
  /// degrees of freedom that match the mean and the total variance of their matrix (Pustejovsky & Tipton
  /// 2018, doi:10.1080/07350015.2016.1247004). `between-within` takes the fewest of the coefficients
  /// involved, and `none` is χ².
  ///
  /// - Parameters:
  ///   - weights: of each equation a weight for each coefficient; equations that follow from others are left out.
  ///   - values: right-hand sides.
  /// - Throws: ``EstimationError`` as ``tests(_:errors:level:)``, and
  ///   ``EstimationError/contradictoryHypotheses(_:)``.
  public func jointTest(
    _ weights: [[Double]], equal values: [Double], named name: String,
    _ method: DegreesOfFreedomMethod = .satterthwaite, errors: ClusterRobust? = nil
  ) throws(EstimationError) -> JointTest {
    try SmallSampleInference(self, method, errors).jointTest(weights, equal: values, named: name)
  }
}

extension SmallSampleInference {
  /// The test of one equation: its left side less its right one.
  func test(
    _ contrast: [Double], equal value: Double, named name: String, level: Double = 0.95
  ) -> CoefficientTest {
    let test = test(contrast, named: name, level: level)
    guard value != 0 else { return test }
    return CoefficientTest(
      term: name, estimate: test.estimate - value,
      variance: test.standardError * test.standardError,
      degreesOfFreedom: test.degreesOfFreedom, level: level)
  }

  func jointTest(
    _ weights: [[Double]], equal values: [Double], named name: String
  ) throws(EstimationError) -> JointTest {
    precondition(weights.count == values.count, "\(weights.count) rows, \(values.count) values")
    let rows = try Self.independent(weights, values, named: name)
    let covariance = errors?.covariance ?? kenwardRoger?.covariance ?? fit.covariance
    let q = rows.weights.count
    let l = Matrix(rows: fit.coefficients.count, columns: rows.weights)
    let differences = rows.weights.indices.map {
      dot(rows.weights[$0], fit.coefficients) - rows.values[$0]
    }
    let spread = l.transposedTimes(covariance * l)
    let eigen: SymmetricEigen
    let wald: Double
    do throws(FactorizationError) {
      eigen = try SymmetricEigen(spread)
      wald = dot(differences, try Cholesky(spread).solve(differences))
    } catch { throw .noConvergence(decrement: .infinity, evaluations: 0) }
    if let errors, method == .satterthwaite {
      let eta = errors.hotellingDegreesOfFreedom(rows.weights)
      let denominator = eta - Double(q) + 1
      return JointTest(
        name: name, statistic: wald * denominator / (eta * Double(q)), numerator: q,
        denominator: denominator)
    }
    var (scaling, denominator) = (1.0, Double.infinity)
    switch method {
    case .none: break
    case .kenwardRoger:
      if let kenwardRoger { (scaling, denominator) = kenwardRoger.joint(rows.weights) }
    case .betweenWithin:
      denominator =
        betweenWithin.indices.filter { k in rows.weights.contains { $0[k] != 0 } }
        .map { betweenWithin[$0] }.min() ?? .infinity
    case .satterthwaite:
      let degrees = eigen.values.indices.map { k in
        fit.curvature.satterthwaite(l * eigen.vectors.column(k))
      }
      denominator = Self.combined(degrees)
    }
    return JointTest(
      name: name, statistic: scaling * wald / Double(q), numerator: q, denominator: denominator)
  }

  /// Degrees of freedom of a mean of squared t statistics: E = Σ ν/(ν − 2) is q times the mean of F.
  private static func combined(_ degrees: [Double]) -> Double {
    guard let first = degrees.first, degrees.count > 1 else { return degrees.first ?? .infinity }
    if degrees.allSatisfy({ abs($0 - first) < 1e-8 }) { return first }
    guard degrees.allSatisfy({ $0 > 2 }) else { return 2 }
    let sum = degrees.reduce(0) { $0 + ($1.isFinite ? $1 / ($1 - 2) : 1) }
    let q = Double(degrees.count)
    return sum > q ? 2 * sum / (sum - q) : .infinity
  }

  /// The rows that do not follow from those before them.
  static func independent(
    _ weights: [[Double]], _ values: [Double], named name: String
  ) throws(EstimationError) -> (weights: [[Double]], values: [Double]) {
    var basis: [(row: [Double], value: Double)] = []
    var kept: (weights: [[Double]], values: [Double]) = ([], [])
    for (row, value) in zip(weights, values) {
      let size = dot(row, row).squareRoot()
      var (rest, left) = (row.map { $0 / size }, value / size)
      // Twice, so that rounding leaves nothing of what was taken out.
      for _ in 0..<2 {
        for known in basis {
          let share = dot(rest, known.row)
          for k in rest.indices { rest[k] -= share * known.row[k] }
          left -= share * known.value
        }
      }
      let length = dot(rest, rest).squareRoot()
      guard size > 0, length > 1e-9 else {
        guard abs(left) < 1e-9 * max(1, abs(value / max(size, 1e-300))) else {
          throw .contradictoryHypotheses(name)
        }
        continue
      }
      basis.append((rest.map { $0 / length }, left / length))
      kept.weights.append(row)
      kept.values.append(value)
    }
    return kept
  }
}

extension KenwardRoger {
  /// The method's scaling of F and its denominator's degrees of freedom, for rows of weights.
  func joint(_ weights: [[Double]]) -> (scaling: Double, degreesOfFreedom: Double) {
    let q = Double(weights.count)
    if weights.count == 1 { return (1, degreesOfFreedom(weights[0])) }
    let l = Matrix(rows: back.rows, columns: weights)
    let own = back.transposedTimes(l)
    guard let inner = try? Cholesky(own.transposedTimes(unadjusted * own)).inverse else {
      return (1, 1)
    }
    // ΘΦP_rΦ with Θ = L(LᵀΦL)⁻¹Lᵀ: traces of its products need Lᵀ(ΦP_rΦ)L only.
    let parts = directions.map { inner * own.transposedTimes($0 * own) }
    var (a1, a2) = (0.0, 0.0)
    for r in parts.indices {
      for s in parts.indices {
        let product = parts[r] * parts[s]
        a1 += spread[r, s] * trace(parts[r]) * trace(parts[s])
        a2 += spread[r, s] * trace(product)
      }
    }
    let b = (a1 + 6 * a2) / (2 * q)
    let g = ((q + 1) * a1 - (q + 4) * a2) / ((q + 2) * a2)
    let base = 3 * q + 2 * (1 - g)
    let (c1, c2, c3) = (g / base, (q - g) / base, (q + 2 - g) / base)
    func settled(_ x: Double) -> Double { abs(x) < 1e-10 ? 0 : x }
    let (v0, v1, v2) = (settled(1 + c1 * b), settled(1 - c2 * b), settled(1 - c3 * b))
    let mean = 1 - a2 / q
    let ratio = abs(mean) < 1e-14 && abs(v1) < 1e-14 ? 1 : mean / v1
    let rho = ratio * ratio * v0 / v2 / q
    let degrees = 4 + (q + 2) / (q * rho - 1)
    let scaling = abs(degrees - 2) < 1e-2 ? 1 : degrees * mean / (degrees - 2)
    return (scaling, degrees)
  }

  private func trace(_ a: Matrix) -> Double { a.diagonal.reduce(0, +) }
}
