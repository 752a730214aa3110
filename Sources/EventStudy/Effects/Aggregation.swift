/// How group-time effects are summed up.
public enum Aggregation: String, Sendable, Hashable, CaseIterable {
  /// All effects after treatment, cohorts by their size.
  case simple
  /// By time since treatment.
  case dynamic
  /// By cohort.
  case group
  /// By calendar period.
  case calendar
}

/// A weighted mean of group-time effects with its influence function.
public struct AggregatedEffect: Sendable {
  public let aggregation: Aggregation
  /// Event time, cohort or period; `nil` for the overall effect.
  public let at: Int?
  public let estimate: Double
  /// One a unit of the panel.
  public let influence: [Double]
  /// Cohorts that it rests on.
  public let cohorts: [Int]
}

extension GroupTimeEffects {
  /// The effects of one aggregation in order, then its overall effect.
  ///
  /// Cohorts are weighted by their share of units; that these shares are estimated is part of the influence
  /// function (Callaway & Sant'Anna 2021, section 4). The overall effect of `dynamic` and `calendar` is the plain
  /// mean over event times from 0 and over periods, that of `group` the mean over cohorts by size. Cells without
  /// an estimate take no part. A base period, zero by definition, stands for its event time only where no cohort
  /// has another.
  public func aggregated(_ aggregation: Aggregation) -> [AggregatedEffect] {
    let estimated = cells.filter { $0.failure == nil }
    let after = estimated.filter { $0.period >= $0.cohort && !$0.isBase }
    guard !after.isEmpty else { return [] }
    switch aggregation {
    case .simple:
      return [weighted(after, aggregation, at: nil)]
    case .dynamic:
      let times = Set(estimated.map(\.eventTime)).sorted()
      let parts = times.map { time in
        let here = estimated.filter { $0.eventTime == time }
        let measured = here.filter { !$0.isBase }
        return weighted(measured.isEmpty ? here : measured, aggregation, at: time)
      }
      return parts + [mean(parts.filter { ($0.at ?? 0) >= 0 }, aggregation)]
    case .group:
      let cohorts = Set(after.map(\.cohort)).sorted()
      let parts = cohorts.map { cohort in
        weighted(after.filter { $0.cohort == cohort }, aggregation, at: cohort)
      }
      let overall = weighted(
        parts.map { ($0.at ?? 0, $0.estimate, $0.influence) }, aggregation, at: nil)
      return parts + [overall]
    case .calendar:
      let periods = Set(after.map(\.period)).sorted()
      let parts = periods.map { period in
        weighted(after.filter { $0.period == period }, aggregation, at: period)
      }
      return parts + [mean(parts, aggregation)]
    }
  }

  private func weighted(
    _ cells: [GroupTimeEffect], _ aggregation: Aggregation, at: Int?
  ) -> AggregatedEffect {
    weighted(cells.map { ($0.cohort, $0.estimate, $0.influence) }, aggregation, at: at)
  }

  /// Σ p_g θ_g / Σ p_g with the influence of the shares p_g.
  private func weighted(
    _ parts: [(cohort: Int, estimate: Double, influence: [Double])], _ aggregation: Aggregation,
    at: Int?
  ) -> AggregatedEffect {
    let n = Double(panel.unitCount)
    let cohorts = Set(parts.map(\.cohort)).sorted()
    let shares = cohorts.map { cohort -> Double in
      var sum = 0.0
      for (own, weight) in zip(panel.cohorts, panel.weights) where own == cohort { sum += weight }
      return sum / n
    }
    func share(_ cohort: Int) -> Double {
      cohorts.firstIndex(of: cohort).map { shares[$0] } ?? 0
    }
    var (total, sum) = (0.0, 0.0)
    for part in parts {
      total += share(part.cohort)
      sum += share(part.cohort) * part.estimate
    }
    let estimate = sum / total
    var influence = [Double](repeating: 0, count: panel.unitCount)
    for part in parts {
      let weight = share(part.cohort) / total
      for unit in influence.indices { influence[unit] += weight * part.influence[unit] }
    }
    // d/dp_g of the weighted mean is Σ over g's cells of (θ − mean) / Σ p.
    let slopes = cohorts.map { cohort -> Double in
      var slope = 0.0
      for part in parts where part.cohort == cohort { slope += part.estimate - estimate }
      return slope / total
    }
    for unit in influence.indices {
      for (k, cohort) in cohorts.enumerated() {
        let own = panel.cohorts[unit] == cohort ? panel.weights[unit] : 0
        influence[unit] += slopes[k] * (own - shares[k])
      }
    }
    return AggregatedEffect(
      aggregation: aggregation, at: at, estimate: estimate, influence: influence, cohorts: cohorts)
  }

  private func mean(_ parts: [AggregatedEffect], _ aggregation: Aggregation) -> AggregatedEffect {
    let count = Double(parts.count)
    var influence = [Double](repeating: 0, count: panel.unitCount)
    var sum = 0.0
    for part in parts {
      sum += part.estimate
      for unit in influence.indices { influence[unit] += part.influence[unit] / count }
    }
    return AggregatedEffect(
      aggregation: aggregation, at: nil, estimate: sum / count, influence: influence,
      cohorts: Set(parts.flatMap(\.cohorts)).sorted())
  }
}
