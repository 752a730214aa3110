internal import Probability

/// Log likelihood of ordered categories: P(Y ≤ k) = F(δₖ − η), with F the inverse of a binomial link.
///
/// The first cutpoint δ₁ is zero, so that η keeps its intercept (which is −τ₁); the others follow from the
/// logarithms α of the distances between them, which keeps their order. A row between its cutpoints
/// a = δₖ − η and b = δₖ₋₁ − η has l = log(F(a) − F(b)), concave in η for every link here.
///
/// McCullagh (1980), doi:10.1111/j.2517-6161.1980.tb01109.x. The determinant of Laplace's approximation holds
/// the observed information, as in `clmm`.
struct CumulativeKernel: Sendable, Hashable {
  let link: BinomialLink
  /// δ₁ = 0 < δ₂ < …, one less than there are categories.
  let cutpoints: [Double]
  /// For logit and each cutpoint but the last: log(1 − e^−gap) and 1 / (e^gap − 1) of the gap above it.
  private let logGaps: [Double]
  private let gapRates: [Double]

  var categoryCount: Int { cutpoints.count + 1 }

  init(_ link: BinomialLink, cutpoints: [Double]) {
    self.link = link
    self.cutpoints = cutpoints
    let gaps = zip(cutpoints.dropFirst(), cutpoints).map { $0 - $1 }
    logGaps = gaps.map(logOneMinusExponential)
    gapRates = gaps.map { 1 / exponentialMinusOne($0) }
  }

  /// - Parameter gaps: α of the cutpoints after the first.
  init(_ link: BinomialLink, logGaps gaps: some Collection<Double>) {
    var cutpoints = [0.0]
    for gap in gaps { cutpoints.append(cutpoints[cutpoints.count - 1] + exponential(gap)) }
    self.init(link, cutpoints: cutpoints)
  }

  /// Fills in dl/dη and −d²l/dη² of a block of rows, and gives Σ l.
  ///
  /// - Parameters:
  ///   - categories: from 1.
  ///   - weights: how often each row occurred.
  func score(
    _ eta: Span<Double>, categories: Span<Double>, weights: Span<Double>,
    score: inout MutableSpan<Double>, information: inout MutableSpan<Double>
  ) -> Double {
    var sum = 0.0
    let cutpoints = self.cutpoints.span
    let last = cutpoints.count
    guard link == .logit else {
      for i in 0..<eta.count {
        let row = interval(eta[i], category: Int(categories[i]))
        sum += weights[i] * row.logProbability
        score[i] = -weights[i] * row.pull
        information[i] = weights[i] * row.information
      }
      return sum
    }
    let logGaps = self.logGaps.span
    // Σ log(1 + e^−|x|) of rows that occurred once, as logarithms of products below 2⁵¹².
    var product = 1.0
    var pending = 0
    for i in 0..<eta.count {
      let k = Int(categories[i])
      var (value, slope, curvature, tail) = (0.0, 0.0, 0.0, 1.0)
      if k <= last {
        let x = cutpoints[k - 1] - eta[i]
        let upper = LogisticPoint(x)
        value = min(x, 0)
        tail = upper.tail
        slope = -upper.above
        curvature = upper.density
      }
      if k > 1 {
        let x = cutpoints[k - 2] - eta[i]
        let lower = LogisticPoint(x)
        value += min(-x, 0)
        tail *= lower.tail
        slope += lower.below
        curvature += lower.density
        if k <= last { value += logGaps[k - 2] }
      }
      let weight = weights[i]
      if weight == 1 {
        sum += value
        product *= tail
        pending += 1
        if pending == 256 {
          sum -= logarithm(product)
          (product, pending) = (1, 0)
        }
      } else {
        sum += weight * (value - logarithm(tail))
      }
      score[i] = weight * slope
      information[i] = weight * curvature
    }
    return sum - logarithm(product)
  }

  /// Fills in the derivative in η of the information.
  func informationSlope(
    _ eta: Span<Double>, categories: Span<Double>, weights: Span<Double>,
    slope: inout MutableSpan<Double>
  ) {
    guard link == .logit else {
      for i in 0..<eta.count {
        slope[i] = weights[i] * interval(eta[i], category: Int(categories[i])).informationSlope
      }
      return
    }
    let cutpoints = self.cutpoints.span
    for i in 0..<eta.count {
      let k = Int(categories[i])
      var sum = 0.0
      for edge in max(0, k - 2)..<min(k, cutpoints.count) {
        let point = LogisticPoint(cutpoints[edge] - eta[i])
        sum += point.density * (point.below - point.above)
      }
      slope[i] = weights[i] * sum
    }
  }

  /// Fills in what moves with the lower cutpoint of each row: dl, d²l with η, and the information.
  func lowerSlopes(
    _ eta: Span<Double>, categories: Span<Double>, weights: Span<Double>,
    direct: inout MutableSpan<Double>, coupling: inout MutableSpan<Double>,
    information: inout MutableSpan<Double>
  ) {
    if link == .logit {
      let (cutpoints, gapRates) = (self.cutpoints.span, self.gapRates.span)
      for i in 0..<eta.count {
        let k = Int(categories[i])
        guard k > 1 else {
          direct[i] = 0
          coupling[i] = 0
          information[i] = 0
          continue
        }
        let lower = LogisticPoint(cutpoints[k - 2] - eta[i])
        let rate = k <= cutpoints.count ? gapRates[k - 2] : 0
        direct[i] = -weights[i] * (lower.below + rate)
        coupling[i] = weights[i] * lower.density
        information[i] = weights[i] * lower.density * (lower.above - lower.below)
      }
      return
    }
    for i in 0..<eta.count {
      let row = interval(eta[i], category: Int(categories[i]))
      direct[i] = weights[i] * row.lower
      coupling[i] = weights[i] * row.lowerCoupling
      information[i] = weights[i] * row.lowerInformation
    }
  }

  /// P(Y > k) at η.
  func probability(above k: Int, at eta: Double) -> Double {
    if k < 1 { return 1 }
    if k > cutpoints.count { return 0 }
    switch link {
    // 1 − F(x) is F(−x), without cancellation.
    case .logit, .probit: return link.kernel.mean(eta - cutpoints[k - 1])
    case .cloglog: return exponential(-exponential(min(cutpoints[k - 1] - eta, 500)))
    }
  }

  /// Everything about one observation in a category, counted from 1.
  func interval(_ eta: Double, category k: Int) -> CumulativeInterval {
    let upper = k <= cutpoints.count ? cutpoints[k - 1] - eta : nil
    let lower = k > 1 ? cutpoints[k - 2] - eta : nil
    return switch link {
    case .logit:
      CumulativeInterval(
        logitAbove: lower, below: upper,
        logGap: lower != nil && upper != nil ? logGaps[k - 2] : 0,
        gapRate: lower != nil && upper != nil ? gapRates[k - 2] : 0)
    case .probit: CumulativeInterval(probitAbove: lower, below: upper)
    case .cloglog: CumulativeInterval(complementaryLogLogAbove: lower, below: upper)
    }
  }
}

/// The logistic distribution at a point.
struct LogisticPoint {
  /// F, 1 − F and F(1 − F).
  let below: Double
  let above: Double
  let density: Double
  /// 1 + e^−|x|, whose logarithm is min(x, 0) − log F.
  let tail: Double

  @inline(__always)
  init(_ x: Double) {
    let e = exponential(-abs(x))
    tail = 1 + e
    let d = 1 / tail
    below = x >= 0 ? d : e * d
    above = x >= 0 ? e * d : d
    density = e * d * d
  }
}

extension BinomialLink {
  /// The linear predictor at which the mean is `mean`, between 0 and 1.
  func quantile(_ mean: Double) -> Double {
    switch self {
    case .probit: Normal().quantile(mean)
    case .logit, .cloglog: kernel.link(mean)
    }
  }

  /// Whose mean is the link's inverse.
  var kernel: ResponseKernel {
    switch self {
    case .logit: .logit
    case .probit: .probit
    case .cloglog: .complementaryLogLog
    }
  }
}

extension ResponseKernel {
  /// Takes the cutpoints from the parameters after the coefficients, where there are cutpoints.
  mutating func follow(_ gaps: some Collection<Double>) {
    guard case .cumulative(let kernel) = self else { return }
    self = .cumulative(CumulativeKernel(kernel.link, logGaps: gaps))
  }
}
