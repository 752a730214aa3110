/// The workspace of one group with one random effect: its rows, its mode, and its integral.
struct ScalarGroup {
  /// The linear predictor without the random effect.
  var base: [Double]
  /// θ z of each row.
  var scaled: [Double]
  /// dl/dη at the mode.
  private(set) var score: [Double]
  /// The derivative of the group's −2 log L in each row's η through everything but θ.
  private(set) var slope: [Double]
  /// The same without the direct part −2 dl/dη: through determinant and mode.
  private(set) var indirect: [Double]
  private var eta: [Double]
  private var information: [Double]
  private(set) var weight: [Double]
  private(set) var weightSlope: [Double]
  /// dl/dη at each node, and −d²l/dη², which is not used there.
  private var nodeScore: [Double]
  private var unused: [Double]
  /// The share of each node in the group's integral, after ``integrate``.
  private(set) var exponents: [Double]

  init(size: Int, points: Int) {
    let rows = [Double](repeating: 0, count: size)
    (base, scaled, score, slope, indirect, eta) = (rows, rows, rows, rows, rows, rows)
    (information, weight, weightSlope) = (rows, rows, rows)
    nodeScore = [Double](repeating: 0, count: points > 1 ? size * points : 0)
    unused = nodeScore
    exponents = [Double](repeating: 0, count: points)
  }

  struct Mode {
    var u: Double
    /// Σ l − u²/2
    var value: Double
    /// 1 + Σ (θz)² times the observed information.
    var curvature: Double
    /// The last Newton step that was found and not made.
    var step: Double
  }

  /// The integral's logarithm and what its gradient needs beside ``slope``.
  struct Integral {
    var logLikelihood: Double
    /// The derivative in θ at fixed b.
    var thetaSlope: Double
    /// 1 + Σ (θz)² times the expected information.
    var spread: Double
    /// What multiplies (θz)² times a change of a row's information, and θz times a change of its score.
    var leverage: Double
    var adjoint: Double
  }

  /// Newton's method with step halving; `f` is concave for every kernel, so it always arrives.
  mutating func findMode(
    from start: Double, size: Int, kernel: ResponseKernel, totals: Span<Double>,
    exposures: Span<Double>
  ) -> Mode {
    var mode = evaluate(
      start.isFinite ? start : 0, size: size, kernel: kernel, totals: totals, exposures: exposures)
    if !mode.value.isFinite, start != 0 {
      mode = evaluate(0, size: size, kernel: kernel, totals: totals, exposures: exposures)
    }
    var iteration = 0
    var last = Double.infinity
    while mode.value.isFinite, !InnerIteration.isDone(abs(mode.step), after: last),
      iteration < InnerIteration.limit
    {
      last = abs(mode.step)
      let step = mode.step
      let slack = 1e-13 * (1 + abs(mode.value))
      var next = mode
      var fraction = 1.0
      for _ in 0..<InnerIteration.halvings {
        next = evaluate(
          mode.u + fraction * step, size: size, kernel: kernel, totals: totals,
          exposures: exposures)
        if next.value >= mode.value - slack { break }
        fraction /= 2
      }
      mode = next
      iteration += 1
    }
    return mode
  }

  private mutating func evaluate(
    _ u: Double, size: Int, kernel: ResponseKernel, totals: Span<Double>, exposures: Span<Double>
  ) -> Mode {
    Self.predict(&eta, base: base, scaled: scaled, u: u, size: size)
    let value = kernel.score(
      eta, totals: totals, exposures: exposures, score: &score, information: &information)
    let (force, curvature) = Self.newton(
      scaled: scaled, score: score, information: information, u: u, size: size)
    let objective = value - 0.5 * u * u
    guard objective.isFinite, curvature.isFinite, force.isFinite else {
      return Mode(u: u, value: -.infinity, curvature: 1, step: 0)
    }
    return Mode(u: u, value: objective, curvature: curvature, step: force / curvature)
  }

  /// The integral about the mode that ``findMode(from:size:kernel:totals:exposures:)`` has just left.
  mutating func integrate(
    _ mode: Mode, z: Span<Double>, lambda: Double, kernel: ResponseKernel, rule: GaussHermiteRule,
    totals: Span<Double>, exposures: Span<Double>
  ) -> Integral {
    let size = z.count
    kernel.weights(
      eta, totals: totals, exposures: exposures, score: score, information: information,
      weight: &weight, slope: &weightSlope)
    let weightedSquares = Self.weightedSquares(weight, z: z)
    let spread = 1 + lambda * lambda * weightedSquares

    var logLikelihood = mode.value
    // γ multiplies the determinant's derivative, −2A the mode's: 1 and 0 where f'(u) = 0 is the only node.
    var gamma = 1.0
    var pull = 0.0
    var nodeEffect = 0.0
    if rule.nodes.count == 1 {
      nodeEffect =
        mode.u * Self.addScore(&slope, score: score, at: 0, share: 1, z: z, isFirst: true)
    } else {
      let nodes = evaluateNodes(
        mode, spread: spread, z: z, lambda: lambda, kernel: kernel, rule: rule, totals: totals,
        exposures: exposures)
      logLikelihood = nodes.logLikelihood
      gamma = nodes.gamma
      pull = nodes.pull
      nodeEffect = nodes.effect
    }
    logLikelihood -= 0.5 * logarithm(spread)

    let moved = Self.leverage(
      &indirect, weightSlope: weightSlope, scaled: scaled, factor: gamma / spread, size: size)
    let adjoint = (moved - 2 * pull) / mode.curvature
    let (through, scores) = Self.follow(
      &indirect, slope: &slope, information: information, scaled: scaled, score: score, z: z,
      adjoint: adjoint)
    let thetaSlope =
      2 * (gamma * weightedSquares * lambda / spread - nodeEffect) + through * mode.u
      + scores * adjoint
    return Integral(
      logLikelihood: logLikelihood, thetaSlope: thetaSlope, spread: spread,
      leverage: gamma / spread, adjoint: adjoint)
  }

  /// The sum over the nodes, by log-sum-exp; leaves −2 Σ_q p_q dl/dη in ``slope``.
  private mutating func evaluateNodes(
    _ mode: Mode, spread: Double, z: Span<Double>, lambda: Double, kernel: ResponseKernel,
    rule: GaussHermiteRule, totals: Span<Double>, exposures: Span<Double>
  ) -> (logLikelihood: Double, gamma: Double, pull: Double, effect: Double) {
    let size = z.count
    let points = rule.nodes.count
    let deviation = 1 / spread.squareRoot()
    var largest = -Double.infinity
    // The modes' η is needed no more; `eta` serves each node.
    for q in 0..<points {
      let u = mode.u + deviation * rule.nodes[q]
      Self.predict(&eta, base: base, scaled: scaled, u: u, size: size)
      let value = kernel.score(
        eta, totals: totals, exposures: exposures, at: q * size, score: &nodeScore,
        information: &unused)
      exponents[q] = rule.logWeights[q] + value - 0.5 * u * u
      if exponents[q] > largest { largest = exponents[q] }
    }
    var sum = 0.0
    for q in 0..<points {
      exponents[q] = exponential(exponents[q] - largest)
      sum += exponents[q]
    }
    var isFirst = true
    var pull = 0.0
    var stretch = 0.0
    var effect = 0.0
    for q in 0..<points {
      let share = exponents[q] / sum
      exponents[q] = share
      guard share > 0 else { continue }
      let u = mode.u + deviation * rule.nodes[q]
      let force = Self.addScore(
        &slope, score: nodeScore, at: q * size, share: share, z: z, isFirst: isFirst)
      isFirst = false
      effect += share * u * force
      let derivative = share * (lambda * force - u)
      pull += derivative
      stretch += derivative * rule.nodes[q]
    }
    return (largest + logarithm(sum), 1 + deviation * stretch, pull, effect)
  }

  // The loops over rows take the arrays they work on, so that each is checked once and not at every row.

  private static func predict(
    _ eta: inout [Double], base: [Double], scaled: [Double], u: Double, size: Int
  ) {
    var eta = eta.mutableSpan
    let (base, scaled) = (base.span, scaled.span)
    for i in 0..<size { eta[i] = base[i] + scaled[i] * u }
  }

  private static func newton(
    scaled: [Double], score: [Double], information: [Double], u: Double, size: Int
  ) -> (force: Double, curvature: Double) {
    let (scaled, score, information) = (scaled.span, score.span, information.span)
    var force = -u
    var curvature = 1.0
    for i in 0..<size {
      force += scaled[i] * score[i]
      curvature += scaled[i] * scaled[i] * information[i]
    }
    return (force, curvature)
  }

  private static func weightedSquares(_ weight: [Double], z: Span<Double>) -> Double {
    let weight = weight.span
    var sum = 0.0
    for i in 0..<z.count { sum += weight[i] * z[i] * z[i] }
    return sum
  }

  /// Adds −2 × share × the score of a node, and gives Σ z times that score.
  private static func addScore(
    _ slope: inout [Double], score: [Double], at place: Int, share: Double, z: Span<Double>,
    isFirst: Bool
  ) -> Double {
    var slope = slope.mutableSpan
    let score = score.span.extracting(place..<place + z.count)
    var force = 0.0
    for i in 0..<z.count {
      force += z[i] * score[i]
      slope[i] = (isFirst ? 0 : slope[i]) - 2 * share * score[i]
    }
    return force
  }

  /// The determinant's derivative in each η, and its sum with θz.
  private static func leverage(
    _ indirect: inout [Double], weightSlope: [Double], scaled: [Double], factor: Double, size: Int
  ) -> Double {
    var indirect = indirect.mutableSpan
    let (weightSlope, scaled) = (weightSlope.span, scaled.span)
    var sum = 0.0
    for i in 0..<size {
      let value = factor * weightSlope[i] * scaled[i] * scaled[i]
      indirect[i] = value
      sum += scaled[i] * value
    }
    return sum
  }

  /// Takes off what the mode's movement undoes, and gives Σ z × indirect and Σ z × score.
  private static func follow(
    _ indirect: inout [Double], slope: inout [Double], information: [Double], scaled: [Double],
    score: [Double], z: Span<Double>, adjoint: Double
  ) -> (through: Double, scores: Double) {
    var indirect = indirect.mutableSpan
    var slope = slope.mutableSpan
    let (information, scaled, score) = (information.span, scaled.span, score.span)
    var through = 0.0
    var scores = 0.0
    for i in 0..<z.count {
      let value = indirect[i] - information[i] * scaled[i] * adjoint
      indirect[i] = value
      slope[i] += value
      through += z[i] * value
      scores += z[i] * score[i]
    }
    return (through, scores)
  }
}
