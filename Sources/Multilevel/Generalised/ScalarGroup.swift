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
  private var weightSlope: [Double]
  /// dl/dη at each node, and −d²l/dη², which is not used there.
  private var nodeScore: [Double]
  private var unused: [Double]
  private var exponents: [Double]

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
    while mode.value.isFinite, abs(mode.step) > InnerIteration.tolerance,
      iteration < InnerIteration.limit
    {
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
    for i in 0..<size { eta[i] = base[i] + scaled[i] * u }
    let value = kernel.score(
      eta, totals: totals, exposures: exposures, score: &score, information: &information)
    var force = -u
    var curvature = 1.0
    for i in 0..<size {
      force += scaled[i] * score[i]
      curvature += scaled[i] * scaled[i] * information[i]
    }
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
    var weightedSquares = 0.0
    for i in 0..<size { weightedSquares += weight[i] * z[i] * z[i] }
    let spread = 1 + lambda * lambda * weightedSquares

    var logLikelihood = mode.value
    // γ multiplies the determinant's derivative, −2A the mode's: 1 and 0 where f'(u) = 0 is the only node.
    var gamma = 1.0
    var pull = 0.0
    var nodeEffect = 0.0
    if rule.nodes.count == 1 {
      for i in 0..<size {
        nodeEffect += z[i] * score[i]
        slope[i] = -2 * score[i]
      }
      nodeEffect *= mode.u
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

    var moved = 0.0
    for i in 0..<size {
      indirect[i] = gamma * weightSlope[i] * scaled[i] * scaled[i] / spread
      moved += scaled[i] * indirect[i]
    }
    let adjoint = (moved - 2 * pull) / mode.curvature
    var thetaSlope = 2 * (gamma * weightedSquares * lambda / spread - nodeEffect)
    var scores = 0.0
    var through = 0.0
    for i in 0..<size {
      indirect[i] -= information[i] * scaled[i] * adjoint
      slope[i] += indirect[i]
      through += z[i] * indirect[i]
      scores += z[i] * score[i]
    }
    thetaSlope += through * mode.u + scores * adjoint
    return Integral(logLikelihood: logLikelihood, thetaSlope: thetaSlope, spread: spread)
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
      for i in 0..<size { eta[i] = base[i] + scaled[i] * u }
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
    for i in 0..<size { slope[i] = 0 }
    var pull = 0.0
    var stretch = 0.0
    var effect = 0.0
    for q in 0..<points {
      let share = exponents[q] / sum
      guard share > 0 else { continue }
      let u = mode.u + deviation * rule.nodes[q]
      var force = 0.0
      for i in 0..<size {
        let s = nodeScore[q * size + i]
        force += z[i] * s
        slope[i] -= 2 * share * s
      }
      effect += share * u * force
      let derivative = share * (lambda * force - u)
      pull += derivative
      stretch += derivative * rule.nodes[q]
    }
    return (largest + logarithm(sum), 1 + deviation * stretch, pull, effect)
  }
}
