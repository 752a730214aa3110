/// Having several ties that are returned: *s_i* = *r_i*², with *r_i* = Σ_j *x_ij* *x_ji*. For directed networks.
public struct ReturnedActivity: NetworkEffect {
  public init() {}

  public var reach: Reach { .neighbours }

  public func addChanges(
    _ network: borrowing Network, ego: Int, candidates: Span<Int32>, weight: Double,
    to changes: inout MutableSpan<Double>
  ) {
    let returned = returnedTies(network, ego: ego)
    for k in candidates.indices {
      let alter = Int(candidates[k])
      guard network.hasTie(alter, ego) else { continue }
      let others = network.hasTie(ego, alter) ? returned - 1 : returned
      changes[k] += weight * Double(2 * others + 1)
    }
  }

  public func statistic(_ network: borrowing Network, ego: Int) -> Double {
    let returned = returnedTies(network, ego: ego)
    return Double(returned * returned)
  }

  private func returnedTies(_ network: borrowing Network, ego: Int) -> Int {
    var count = 0
    for k in 0..<network.degree(ego)
    where network.hasTie(Int(network.partner(k, of: ego)), ego) { count += 1 }
    return count
  }
}

/// Returned ties between partners of partners: *s_i* = Σ_jh *x_ij* *x_ji* *x_ih* *x_hj*. For directed networks.
///
/// A tie to *j* changes its own term, *x_ji* *F_ij* with *F_ij* the number of *h* with *i* → *h* → *j*, and the terms of
/// the returned ties to partners of *j*, Σ_l *x_il* *x_li* *x_jl*.
public struct ReturnedTransitivity: TieSum {
  public init() {}

  public var reach: Reach { .partnersOfPartners }

  public func addChanges(
    _ network: borrowing Network, ego: Int, candidates: Span<Int32>, weight: Double,
    to changes: inout MutableSpan<Double>
  ) {
    guard network.degree(ego) > 0 else { return }
    for k in candidates.indices {
      let alter = Int(candidates[k])
      var count = network.hasTie(alter, ego) ? network.twoPaths(from: ego, to: alter) : 0
      for m in 0..<network.degree(alter) {
        let third = Int(network.partner(m, of: alter))
        if third != ego, network.hasTie(ego, third), network.hasTie(third, ego) { count += 1 }
      }
      changes[k] += weight * Double(count)
    }
  }

  public func contribution(_ network: borrowing Network, ego: Int, alter: Int) -> Double {
    network.hasTie(alter, ego) ? Double(network.twoPaths(from: ego, to: alter)) : 0
  }
}

/// Ties that are returned between those alike in a number: *s_i* = Σ_j *x_ij* *x_ji* (*sim_ij* − mean). For directed
/// networks.
public struct ReturnedSimilarity: TieSum {
  private let likeness: Likeness
  private let values: [Double]

  /// - Parameter values: one an actor, all finite.
  public init(_ likeness: Likeness, _ values: [Double]) {
    self.likeness = likeness
    self.values = values
  }

  public var reach: Reach { .neighbours }

  public func addChanges(
    _ network: borrowing Network, ego: Int, candidates: Span<Int32>, weight: Double,
    to changes: inout MutableSpan<Double>
  ) {
    addContributions(network, ego: ego, candidates: candidates, weight: weight, to: &changes)
  }

  public func contribution(_ network: borrowing Network, ego: Int, alter: Int) -> Double {
    network.hasTie(alter, ego) ? likeness.value(values[ego], values[alter]) : 0
  }
}

/// Geometrically weighted edgewise shared partners, backward: *s_i* = Σ_j *x_ij* *w*(*B_ij*) with *B_ij* the number of *h*
/// with *j* → *h* → *i*, circles of which each further one counts for less. For directed networks.
public struct BackwardPartners: TieSum {
  private let weighting: SharedPartners

  public init(alpha: Double = 0.69) { weighting = SharedPartners(alpha: alpha) }

  public var reach: Reach { .sendersOfSenders }

  public func addChanges(
    _ network: borrowing Network, ego: Int, candidates: Span<Int32>, weight: Double,
    to changes: inout MutableSpan<Double>
  ) {
    guard network.inDegree(ego) > 0 else { return }
    addContributions(network, ego: ego, candidates: candidates, weight: weight, to: &changes)
  }

  public func contribution(_ network: borrowing Network, ego: Int, alter: Int) -> Double {
    weighting.weight(of: network.twoPaths(from: alter, to: ego))
  }
}
