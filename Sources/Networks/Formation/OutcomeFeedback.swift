internal import Probability

/// An effect of a covariate that is the scenario's outcome: what a tie is worth follows the outcome.
///
/// The draw of a candidate is laid out once, for the outcomes of the start; what they have become enters by
/// rejection, so that the choice is exact and nothing is laid out again. With *g* the worth of a tie now and *f* at the
/// start, a candidate *j* that the start's weights propose is accepted with probability exp(*g_ij* − *f_ij* − *b_i*),
/// where *b_i* is at least *g_ij* − *f_ij* for every *j*, and what *i* is offered counts exp(*b_i*) times.
package struct FeedbackEffect: Sendable {
  let function: any PairFunction
  let weight: Double
  let part: PanelModel.Part

  package init(
    function: any PairFunction, weight: Double, part: PanelModel.Part = .evaluation
  ) {
    self.function = function
    self.weight = weight
    self.part = part
  }

  /// At least weight × (value now − value at the start) for an ego that has moved by `own` with any alter that has moved
  /// by `other` at most.
  ///
  /// - Parameter all: what values at either time lie between.
  func mostGain(own: Double, other: Double, all: ValueRange) -> Double {
    if own == 0, other == 0 { return 0 }
    let whole = function.range(all, all)
    let widest = abs(weight) * (whole.high - whole.low)
    guard let steady = function as? any SteadyPairFunction else { return widest }
    let slopes = steady.slopes(all)
    return min(widest, abs(weight) * (slopes.own * own + slopes.other * other))
  }
}

/// A function that changes by no more than so much for each unit of either value.
protocol SteadyPairFunction: PairFunction {
  /// - Parameter all: what both values lie between.
  func slopes(_ all: ValueRange) -> (own: Double, other: Double)
}

extension EgoValue: SteadyPairFunction {
  func slopes(_ all: ValueRange) -> (own: Double, other: Double) { (1, 0) }
}
extension AlterValue: SteadyPairFunction {
  func slopes(_ all: ValueRange) -> (own: Double, other: Double) { (0, 1) }
}
extension EgoPlusAlter: SteadyPairFunction {
  func slopes(_ all: ValueRange) -> (own: Double, other: Double) { (1, 1) }
}
extension ValueDifference: SteadyPairFunction {
  func slopes(_ all: ValueRange) -> (own: Double, other: Double) { (1, 1) }
}
extension AbsoluteDifference: SteadyPairFunction {
  func slopes(_ all: ValueRange) -> (own: Double, other: Double) { (1, 1) }
}
extension Likeness: SteadyPairFunction {
  func slopes(_ all: ValueRange) -> (own: Double, other: Double) { (inverseRange, inverseRange) }
}
extension ValueProduct: SteadyPairFunction {
  func slopes(_ all: ValueRange) -> (own: Double, other: Double) {
    let most = max(abs(all.low - centre), abs(all.high - centre))
    return (most, most)
  }
}

/// Which effects of a model follow the outcome, and its values at the start.
package struct OutcomeFeedback: Sendable {
  let effects: [FeedbackEffect]
  /// Of each school.
  let start: [Double]

  package init(effects: [FeedbackEffect], start: [Double]) {
    self.effects = effects
    self.start = start
  }

  /// The effects among which the outcome has moved; `nil` where none has.
  func drift(to now: [Double]) -> OutcomeDrift? {
    guard !effects.isEmpty else { return nil }
    var most = 0.0
    var all = ValueRange(low: .infinity, high: -.infinity)
    for school in start.indices {
      most = max(most, abs(now[school] - start[school]))
      all = ValueRange(
        low: min(all.low, start[school], now[school]),
        high: max(all.high, start[school], now[school]))
    }
    guard most > 0 else { return nil }
    var bounds = [Double](repeating: 0, count: start.count)
    for effect in effects {
      for school in start.indices where effect.part != .endowment {
        bounds[school] += effect.mostGain(
          own: abs(now[school] - start[school]), other: most, all: all)
      }
    }
    // More than the rounding of either side.
    for school in bounds.indices { bounds[school] += 1e-9 }
    return OutcomeDrift(
      effects: effects, start: start, now: now, bounds: bounds,
      factors: bounds.map { PortableMath.exp($0) })
  }
}

/// The outcomes of a year, which choices of the year go by.
package struct OutcomeDrift: Sendable {
  let effects: [FeedbackEffect]
  let start: [Double]
  let now: [Double]
  /// Of each ego, at least what any tie has gained.
  let bounds: [Double]
  /// Their exponentials.
  let factors: [Double]

  /// What a tie, that there is or that there could be, has gained since the start.
  func gain(_ ego: Int, _ alter: Int, tied: Bool) -> Double {
    var sum = 0.0
    for effect in effects where effect.part != (tied ? .creation : .endowment) {
      sum +=
        effect.weight
        * (effect.function.value(now[ego], now[alter])
          - effect.function.value(start[ego], start[alter]))
    }
    return sum
  }
}
