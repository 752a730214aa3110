/// What makes actors prefer some values of their behaviour: one term of *f_i*(*z*, *x*) = Σ_k β_k *s_ik*.
///
/// An actor with an opportunity goes down one step, stays, or goes up one, with probability proportional to
/// exp(*f_i*). Snijders, Steglich & Schweinberger (2007), in: Longitudinal models in the behavioral and related
/// sciences; Steglich, Snijders & Pearson (2010), doi:10.1111/j.1467-9531.2010.01225.x.
public protocol BehaviourEffect: Sendable {
  /// *s_i* with the ego's value taken as `own`.
  ///
  /// - Parameter values: of all actors; the ego's is not looked at.
  func statistic(
    _ network: borrowing Network, _ values: borrowing [Double], ego: Int, own: Double
  ) -> Double
}

/// A tendency: *s_i* = *z_i* − mean.
public struct LinearShape: BehaviourEffect {
  let centre: Double

  public init(centre: Double) { self.centre = centre }
  public func statistic(
    _ network: borrowing Network, _ values: borrowing [Double], ego: Int, own: Double
  ) -> Double { own - centre }
}

/// A tendency to the extremes, or where below zero to the middle: *s_i* = (*z_i* − mean)².
public struct QuadraticShape: BehaviourEffect {
  let centre: Double

  public init(centre: Double) { self.centre = centre }
  public func statistic(
    _ network: borrowing Network, _ values: borrowing [Double], ego: Int, own: Double
  ) -> Double { (own - centre) * (own - centre) }
}

/// Likeness to partners, their average or their total: *s_i* = Σ_j *x_ij* (*sim_ij* − mean), over *d_i* where average.
public struct PartnerSimilarity: BehaviourEffect {
  let likeness: Likeness
  let isAverage: Bool

  public init(_ likeness: Likeness, average: Bool) {
    self.likeness = likeness
    isAverage = average
  }

  public func statistic(
    _ network: borrowing Network, _ values: borrowing [Double], ego: Int, own: Double
  ) -> Double {
    let degree = network.degree(ego)
    guard degree > 0 else { return 0 }
    var sum = 0.0
    for k in 0..<degree {
      sum += likeness.value(own, values[Int(network.partner(k, of: ego))])
    }
    return isAverage ? sum / Double(degree) : sum
  }
}

/// The partners' mean, or sum: *s_i* = (*z_i* − mean) Σ_j *x_ij* (*z_j* − mean), over *d_i* where average.
public struct PartnerValue: BehaviourEffect {
  let centre: Double
  let isAverage: Bool

  public init(centre: Double, average: Bool) {
    self.centre = centre
    isAverage = average
  }

  public func statistic(
    _ network: borrowing Network, _ values: borrowing [Double], ego: Int, own: Double
  ) -> Double {
    let degree = network.degree(ego)
    guard degree > 0 else { return 0 }
    var sum = 0.0
    for k in 0..<degree { sum += values[Int(network.partner(k, of: ego))] - centre }
    return (own - centre) * (isAverage ? sum / Double(degree) : sum)
  }
}

/// How ties received, or sent, go with the behaviour: *s_i* = (*z_i* − mean) *d_i*.
public struct DegreeInfluence: BehaviourEffect {
  let centre: Double
  let isReceived: Bool

  public init(centre: Double, received: Bool) {
    self.centre = centre
    isReceived = received
  }

  public func statistic(
    _ network: borrowing Network, _ values: borrowing [Double], ego: Int, own: Double
  ) -> Double {
    (own - centre) * Double(isReceived ? network.inDegree(ego) : network.degree(ego))
  }
}

/// How receiving no tie goes with the behaviour: *s_i* = (*z_i* − mean) 1{indegree_i = 0}.
public struct IsolationInfluence: BehaviourEffect {
  let centre: Double

  public init(centre: Double) { self.centre = centre }
  public func statistic(
    _ network: borrowing Network, _ values: borrowing [Double], ego: Int, own: Double
  ) -> Double { network.inDegree(ego) == 0 ? own - centre : 0 }
}

/// How a covariate goes with the behaviour: *s_i* = (*z_i* − mean) (*v_i* − mean v).
public struct CovariateInfluence: BehaviourEffect {
  let centre: Double
  let covariate: [Double]

  /// - Parameter covariate: one an actor, centred here.
  public init(centre: Double, covariate: [Double]) {
    self.centre = centre
    let mean = covariate.reduce(0, +) / Double(max(1, covariate.count))
    self.covariate = covariate.map { $0 - mean }
  }

  public func statistic(
    _ network: borrowing Network, _ values: borrowing [Double], ego: Int, own: Double
  ) -> Double { (own - centre) * covariate[ego] }
}
