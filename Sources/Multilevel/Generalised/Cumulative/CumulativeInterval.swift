/// l = log(F(a) − F(b)) of one observation between its cutpoints a and b, both less η, with the derivatives
/// that estimation needs. Everything in η follows from the two cutpoints, since dl/dη = −dl/da − dl/db.
struct CumulativeInterval {
  let logProbability: Double
  /// dl/da and dl/db.
  let upper: Double
  let lower: Double
  /// d²l/da², d²l/da db and d²l/db².
  let upperCurvature: Double
  let crossCurvature: Double
  let lowerCurvature: Double
  /// −d²l/dη²
  let information: Double
  /// d information / dη
  let informationSlope: Double
  /// d information / db
  let lowerInformation: Double
  /// d²l/dη db
  let lowerCoupling: Double

  /// −dl/dη
  var pull: Double { upper + lower }
  /// d²l/dη da
  var upperCoupling: Double { information - lowerCoupling }

  /// Logit: F(a) − F(b) = F(a)(1 − F(b))(1 − e^{b − a}), so that η and the gap separate.
  init(logitAbove b: Double?, below a: Double?, logGap: Double, gapRate: Double) {
    var (value, upper, lower) = (logGap, 0.0, 0.0)
    var (upperDensity, lowerDensity, upperSlope, lowerSlope) = (0.0, 0.0, 0.0, 0.0)
    if let a {
      let f = LogisticPoint(a)
      value += min(a, 0) - logarithm(f.tail)
      upper = f.above + gapRate
      upperDensity = f.density
      upperSlope = f.density * (f.above - f.below)
    }
    if let b {
      let f = LogisticPoint(b)
      value += min(-b, 0) - logarithm(f.tail)
      lower = -f.below - gapRate
      lowerDensity = f.density
      lowerSlope = f.density * (f.above - f.below)
    }
    let bend = gapRate * (1 + gapRate)
    logProbability = value
    self.upper = upper
    self.lower = lower
    upperCurvature = -upperDensity - bend
    lowerCurvature = -lowerDensity - bend
    crossCurvature = bend
    information = upperDensity + lowerDensity
    informationSlope = -upperSlope - lowerSlope
    lowerInformation = lowerSlope
    lowerCoupling = lowerDensity
  }

  /// From the densities at the cutpoints over F(a) − F(b), with f′/f and f″/f there.
  private init(_ logProbability: Double, upper a: Edge, lower b: Edge) {
    self.logProbability = logProbability
    let difference = a.ratio - b.ratio
    let (upperBend, lowerBend) = (-a.slope * a.ratio, -b.slope * b.ratio)
    upper = a.ratio
    lower = -b.ratio
    upperCurvature = -upperBend - a.ratio * a.ratio
    lowerCurvature = lowerBend - b.ratio * b.ratio
    crossCurvature = a.ratio * b.ratio
    let information = upperBend - lowerBend + difference * difference
    self.information = information
    informationSlope =
      a.curvature * a.ratio - b.curvature * b.ratio + difference * (upperBend - lowerBend)
      + 2 * difference * information
    lowerInformation =
      b.ratio
      * (upperBend - lowerBend + b.curvature + 2 * difference * (difference - b.slope))
    lowerCoupling = b.ratio * (b.slope - difference)
  }

  private struct Edge {
    /// f / (F(a) − F(b)), f′/f, f″/f
    var ratio = 0.0
    var slope = 0.0
    var curvature = 0.0
  }

  init(probitAbove b: Double?, below a: Double?) {
    func edge(_ x: Double, _ ratio: Double) -> Edge {
      Edge(ratio: ratio, slope: -x, curvature: x * x - 1)
    }
    switch (a, b) {
    case (let a?, let b?):
      // On the side where both tails are small: log P = log Φ(x) + log(1 − Φ(y)/Φ(x)).
      let isLeft = a + b < 0
      let far = NormalTail(isLeft ? a : -b).logCumulative
      let near = NormalTail(isLeft ? b : -a).logCumulative
      let value = far + logOneMinusExponential(far - near)
      func ratio(_ x: Double) -> Double {
        exponential(-0.5 * x * x - 0.9189385332046727 - value)
      }
      self.init(value, upper: edge(a, ratio(a)), lower: edge(b, ratio(b)))
    case (let a?, nil):
      let tail = NormalTail(a)
      self.init(tail.logCumulative, upper: edge(a, tail.hazard), lower: Edge())
    case (nil, let b?):
      let tail = NormalTail(-b)
      self.init(tail.logCumulative, upper: Edge(), lower: edge(b, tail.hazard))
    case (nil, nil): self.init(0, upper: Edge(), lower: Edge())
    }
  }

  init(complementaryLogLogAbove b: Double?, below a: Double?) {
    // Beyond 300 nothing is left of any probability; squares must not overflow.
    let a = a.map { min($0, 300) }
    let b = b.map { min($0, 300) }
    func edge(_ x: Double, _ ratio: Double) -> Edge {
      let e = exponential(x)
      return Edge(ratio: ratio, slope: 1 - e, curvature: (1 - e) * (1 - e) - e)
    }
    switch (a, b) {
    case (let a?, let b?):
      let low = exponential(b)
      let gap = low * exponentialMinusOne(a - b)
      let rest = -exponentialMinusOne(-gap)
      self.init(
        -low + logOneMinusExponential(gap),
        upper: edge(a, exponential(a) / exponentialMinusOne(gap)), lower: edge(b, low / rest))
    case (let a?, nil):
      let e = exponential(a)
      // Far to the left log(1 − e^−E) is η itself.
      self.init(
        a < -37 ? a : logOneMinusExponential(e),
        upper: edge(a, e > 0 ? e / exponentialMinusOne(e) : 1), lower: Edge())
    case (nil, let b?):
      let e = exponential(b)
      self.init(-e, upper: Edge(), lower: edge(b, e))
    case (nil, nil): self.init(0, upper: Edge(), lower: Edge())
    }
  }
}
