#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Log likelihood and its derivatives in the linear predictor η, a block of rows at a time.
///
/// A row stands for `exposure` observations with the same covariates that add up to `total`: successes
/// among trials, or a sum of counts. Terms that depend on the data alone are left out.
enum ResponseKernel: Sendable, Hashable {
  /// Logit with one trial in every row.
  case bernoulliLogit
  case logit
  case probit
  case complementaryLogLog
  case poisson
  case negativeBinomial(size: Double)
  /// Ordered categories: `total` is the category, from 1, and `exposure` how often the row occurred.
  case cumulative(CumulativeKernel)

  /// Whether the observed information serves as the expected one.
  var isCanonical: Bool {
    switch self {
    case .bernoulliLogit, .logit, .poisson, .cumulative: true
    case .probit, .complementaryLogLog, .negativeBinomial: false
    }
  }

  /// Fills in dl/dη and the observed information −d²l/dη², which is never negative here, and gives Σ l.
  ///
  /// - Parameters:
  ///   - predictor: η of the block in its first `totals.count` places.
  ///   - place: where the block starts in `score` and `information`.
  func score(
    _ predictor: [Double], totals: Span<Double>, exposures: Span<Double>, at place: Int = 0,
    score allScores: inout [Double], information allInformation: inout [Double]
  ) -> Double {
    let block = place..<place + totals.count
    let eta = predictor.span.extracting(0..<totals.count)
    var scores = allScores.mutableSpan
    var informations = allInformation.mutableSpan
    var score = scores._mutatingExtracting(block)
    var information = informations._mutatingExtracting(block)
    switch self {
    case .bernoulliLogit:
      var sum = 0.0
      // Σ log(1 + e^−|η|) as the logarithm of products that stay below 2⁵¹².
      var product = 1.0
      for i in 0..<eta.count {
        let x = eta[i]
        let e = exp(-abs(x))
        let d = 1 / (1 + e)
        sum += totals[i] * x - max(x, 0)
        product *= 1 + e
        if i & 511 == 511 {
          sum -= log(product)
          product = 1
        }
        score[i] = totals[i] - (x >= 0 ? d : e * d)
        information[i] = e * d * d
      }
      return sum - log(product)
    case .logit:
      var sum = 0.0
      for i in 0..<eta.count {
        let x = eta[i]
        let m = exposures[i]
        let e = exp(-abs(x))
        let d = 1 / (1 + e)
        sum += totals[i] * x - m * (max(x, 0) + log1p(e))
        score[i] = totals[i] - m * (x >= 0 ? d : e * d)
        information[i] = m * e * d * d
      }
      return sum
    case .probit:
      var sum = 0.0
      for i in 0..<eta.count {
        let x = eta[i]
        let hits = totals[i]
        let misses = exposures[i] - hits
        let up = NormalTail(x)
        let down = NormalTail(-x)
        sum += (hits > 0 ? hits * up.logCumulative : 0)
        sum += (misses > 0 ? misses * down.logCumulative : 0)
        score[i] = hits * up.hazard - misses * down.hazard
        information[i] =
          hits * up.hazard * (up.hazard + x) + misses * down.hazard * (down.hazard - x)
      }
      return sum
    case .complementaryLogLog:
      var sum = 0.0
      for i in 0..<eta.count {
        let hits = totals[i]
        let misses = exposures[i] - hits
        let e = exp(min(eta[i], 500))
        let r = hazardRatio(e)
        // Far to the left log(1 − e^−E) is η itself.
        let logHit = eta[i] < -37 ? eta[i] : logOneMinusExponential(e)
        sum += (hits > 0 ? hits * logHit : 0) - misses * e
        score[i] = hits * r - misses * e
        information[i] = hits * r * (e + r - 1) + misses * e
      }
      return sum
    case .poisson:
      var sum = 0.0
      for i in 0..<eta.count {
        let mean = exposures[i] * exp(eta[i])
        sum += totals[i] * eta[i] - mean
        score[i] = totals[i] - mean
        information[i] = mean
      }
      return sum
    case .negativeBinomial(let size):
      var sum = 0.0
      for i in 0..<eta.count {
        let mean = exp(min(eta[i], 500))
        let weight = totals[i] + exposures[i] * size
        let share = mean / (size + mean)
        // (y + mφ) log(φ + μ) − mφ log φ, without cancelling large φ.
        sum += totals[i] * eta[i] - weight * log1p(mean / size) - totals[i] * log(size)
        score[i] = totals[i] - weight * share
        information[i] = weight * share * (size / (size + mean))
      }
      return sum
    case .cumulative(let kernel):
      return kernel.score(
        eta, categories: totals, weights: exposures, score: &score, information: &information)
    }
  }

  /// Fills in the expected information w and dw/dη, after
  /// ``score(_:totals:exposures:at:score:information:)`` at the same η.
  func weights(
    _ predictor: [Double], totals: Span<Double>, exposures: Span<Double>, score allScores: [Double],
    information allInformation: [Double], at place: Int = 0, weight allWeights: inout [Double],
    slope allSlopes: inout [Double]
  ) {
    let block = place..<place + totals.count
    let eta = predictor.span.extracting(0..<totals.count)
    let score = allScores.span.extracting(block)
    let information = allInformation.span.extracting(block)
    var weights = allWeights.mutableSpan
    var slopes = allSlopes.mutableSpan
    var weight = weights._mutatingExtracting(block)
    var slope = slopes._mutatingExtracting(block)
    switch self {
    case .bernoulliLogit:
      for i in 0..<eta.count {
        weight[i] = information[i]
        slope[i] = information[i] * (1 - 2 * (totals[i] - score[i]))
      }
    case .logit:
      for i in 0..<eta.count {
        weight[i] = information[i]
        slope[i] = information[i] * (1 - 2 * (totals[i] - score[i]) / exposures[i])
      }
    case .probit:
      for i in 0..<eta.count {
        let up = NormalTail(eta[i]).hazard
        let down = NormalTail(-eta[i]).hazard
        weight[i] = exposures[i] * up * down
        slope[i] = weight[i] * (down - up - 2 * eta[i])
      }
    case .complementaryLogLog:
      for i in 0..<eta.count {
        let e = exp(min(eta[i], 500))
        let r = hazardRatio(e)
        weight[i] = exposures[i] * e * r
        slope[i] = weight[i] * (2 - e - r)
      }
    case .poisson:
      for i in 0..<eta.count {
        weight[i] = information[i]
        slope[i] = information[i]
      }
    case .negativeBinomial(let size):
      for i in 0..<eta.count {
        let mean = exp(min(eta[i], 500))
        let rest = size / (size + mean)
        weight[i] = exposures[i] * mean * rest
        slope[i] = weight[i] * rest
      }
    case .cumulative(let kernel):
      for i in 0..<eta.count { weight[i] = information[i] }
      kernel.informationSlope(eta, categories: totals, weights: exposures, slope: &slope)
    }
  }

  /// The mean of one observation at η; of ordered categories, the probability of any but the first.
  func mean(_ eta: Double) -> Double {
    switch self {
    case .bernoulliLogit, .logit:
      let e = exp(-abs(eta))
      return eta >= 0 ? 1 / (1 + e) : e / (1 + e)
    case .probit: return 0.5 * erfc(-eta / 1.4142135623730951)
    case .complementaryLogLog: return -expm1(-exp(min(eta, 500)))
    case .poisson, .negativeBinomial: return exp(eta)
    case .cumulative(let kernel): return kernel.probability(above: 1, at: eta)
    }
  }

  /// A linear predictor near which the mean of one observation is `mean`, strictly inside its range.
  func link(_ mean: Double) -> Double {
    switch self {
    case .bernoulliLogit, .logit: log(mean / (1 - mean))
    case .probit: log(mean / (1 - mean)) / 1.6
    case .complementaryLogLog: log(-log1p(-mean))
    case .poisson, .negativeBinomial: log(mean)
    case .cumulative(let kernel): kernel.link.kernel.link(mean)
    }
  }

  /// E / (e^E − 1), which is 1 at 0.
  private func hazardRatio(_ e: Double) -> Double { e > 0 ? e / expm1(e) : 1 }
}

/// log Φ(x) and φ(x)/Φ(x), to full accuracy in both tails.
struct NormalTail {
  let logCumulative: Double
  let hazard: Double

  init(_ x: Double) {
    if x > -30 {
      let cumulative = 0.5 * erfc(-x / 1.4142135623730951)
      logCumulative = x > 5 ? log1p(-0.5 * erfc(x / 1.4142135623730951)) : log(cumulative)
      hazard = exp(-0.5 * x * x) / (2.5066282746310005 * cumulative)
    } else {
      // Abramowitz & Stegun 26.2.12; at |x| ≥ 30 five terms leave less than 10⁻¹³.
      let v = 1 / (x * x)
      let series = 1 - v * (1 - v * (3 - v * (15 - v * (105 - v * 945))))
      logCumulative = -0.5 * x * x - log(-x * 2.5066282746310005) + log(series)
      hazard = -x / series
    }
  }
}

/// log k!, for whole k ≥ 0.
func logFactorial(_ k: Double) -> Double {
  if k < 30 {
    var product = 1.0
    var factor = 2.0
    while factor <= k {
      product *= factor
      factor += 1
    }
    return log(product)
  }
  return logGamma(k + 1)
}

/// log Γ(x) for x > 0, by recurrence to x ≥ 15 and Stirling's series.
func logGamma(_ x: Double) -> Double {
  var shift = 0.0
  var z = x
  while z < 15 {
    shift += log(z)
    z += 1
  }
  let v = 1 / (z * z)
  let series =
    (1.0 / 12 - v * (1.0 / 360 - v * (1.0 / 1260 - v * (1.0 / 1680 - v / 1188)))) / z
  return (z - 0.5) * log(z) - z + 0.9189385332046727 + series - shift
}

/// The natural logarithm and exponential of the C library, for the files of this folder.
func logarithm(_ x: Double) -> Double { log(x) }
func exponential(_ x: Double) -> Double { exp(x) }
func exponentialMinusOne(_ x: Double) -> Double { expm1(x) }

/// log(1 − e^−x), for x > 0.
func logOneMinusExponential(_ x: Double) -> Double {
  x > 0.6931471805599453 ? log1p(-exp(-x)) : log(-expm1(-x))
}
