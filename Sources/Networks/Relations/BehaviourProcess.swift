internal import Probability

/// How a behaviour of the actors changes while ties do: at opportunities of its own an actor goes down one step, stays,
/// or goes up one, with probability proportional to exp(*f_i*) (``BehaviourEffect``).
///
/// Steglich, Snijders & Pearson (2010), doi:10.1111/j.1467-9531.2010.01225.x.
package struct BehaviourProcess: Sendable {
  let name: String
  let range: ClosedRange<Double>
  /// Opportunities an actor and year.
  let rate: Double
  let terms: [(effect: any BehaviourEffect, weight: Double)]
  /// The position of the relation whose ties its effects look at.
  let relation: Int

  package init(
    _ name: String, range: ClosedRange<Double>, rate: Double,
    _ terms: [(effect: any BehaviourEffect, weight: Double)], along relation: Int = 0
  ) {
    self.name = name
    self.range = range
    self.rate = rate
    self.terms = terms
    self.relation = relation
  }

  /// - Parameter seed: of the behaviour.
  func agenda(actors count: Int, years: Double, seed: Seed, replicate: UInt32) -> Agenda {
    Agenda(
      Opportunities(
        rates: [Double](repeating: rate, count: count), years: years, seed: seed["opportunities"],
        replicate: replicate
      ).events, nil)
  }

  /// What an actor's value is after an opportunity.
  func next(
    _ network: borrowing Network, _ values: borrowing [Double], ego: Int,
    using random: inout RandomStream
  ) -> Double {
    let now = values[ego]
    var (here, below, above) = (0.0, 0.0, 0.0)
    let (canFall, canRise) = (now - 1 >= range.lowerBound, now + 1 <= range.upperBound)
    for (effect, weight) in terms {
      here += weight * effect.statistic(network, values, ego: ego, own: now)
      if canFall { below += weight * effect.statistic(network, values, ego: ego, own: now - 1) }
      if canRise { above += weight * effect.statistic(network, values, ego: ego, own: now + 1) }
    }
    let falling = canFall ? choiceWeight(below - here) : 0
    let rising = canRise ? choiceWeight(above - here) : 0
    let place = random.uniform() * (falling + 1 + rising)
    return place < falling ? now - 1 : place < falling + 1 ? now : now + 1
  }
}

/// What a tie is worth by both actors' present values of a behaviour: *f*(*z_i*, *z_j*).
struct PresentValues: SurroundingFunction {
  let function: any PairFunction
  /// The position of the behaviour.
  let behaviour: Int

  /// Values change all the time, so that everyone is looked at.
  var reach: Reach { .everywhere }

  func addValues(
    _ around: borrowing Surroundings, ego: Int, candidates: Span<Int32>, weight: Double,
    to sums: inout MutableSpan<Double>
  ) {
    function.addChanges(
      around.behaviours[behaviour], ego: ego, candidates: candidates, weight: weight, to: &sums)
  }

  func addReached(_ around: borrowing Surroundings, ego: Int, to zone: inout [Int32]) {}
}

/// A behaviour of a scenario: its values at the start, and its process with what is not known of it.
package struct ScenarioBehaviour: Sendable {
  let name: String
  private(set) var start: [Double]
  let range: ClosedRange<Double>
  /// Opportunities an actor and period, averaged over them.
  let rates: [ParameterValue]
  /// How long a period lasted.
  let years: Double
  let terms: [(effect: any BehaviourEffect, weight: ParameterValue)]
  let relation: Int

  init(
    name: String, start: [Double], range: ClosedRange<Double>, rates: [ParameterValue],
    years: Double, terms: [(effect: any BehaviourEffect, weight: ParameterValue)], relation: Int
  ) {
    self.name = name
    self.start = start
    self.range = range
    self.rates = rates
    self.years = years
    self.terms = terms
    self.relation = relation
  }

  /// The behaviour begun with other values.
  func starting(_ values: [Double]) -> ScenarioBehaviour {
    var behaviour = self
    behaviour.start = values
    return behaviour
  }

  func process(at point: ParameterPoint) -> BehaviourProcess {
    // A draw below zero is as good as no opportunity.
    let mean = rates.reduce(0) { $0 + $1.value(at: point) } / Double(max(1, rates.count))
    return BehaviourProcess(
      name, range: range, rate: max(0, mean) / years,
      terms.map { ($0.effect, $0.weight.value(at: point)) }, along: relation)
  }
}
