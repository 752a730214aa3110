/// Whose units are left out when their score lies outside the other arm's range.
public enum CommonSupport: String, Sendable, Hashable, CaseIterable {
  case none
  case treated
  case control
  case both
}

/// The range of the known scores of each arm.
struct SupportRanges {
  let treated: ClosedRange<Double>
  let control: ClosedRange<Double>

  /// - Parameter score: NaN where unknown; both arms have at least one known score.
  init(score: [Double], treated isTreated: [Bool]) {
    func range(_ arm: Bool) -> ClosedRange<Double> {
      var low = Double.infinity
      var high = -Double.infinity
      for (value, side) in zip(score, isTreated) where side == arm && value.isFinite {
        low = min(low, value)
        high = max(high, value)
      }
      return low <= high ? low...high : 0...0
    }
    treated = range(true)
    control = range(false)
  }

  func leavesOut(score: Double, isTreated: Bool, by rule: CommonSupport) -> Bool {
    switch (rule, isTreated) {
    case (.treated, true), (.both, true): !control.contains(score)
    case (.control, false), (.both, false): !treated.contains(score)
    default: false
    }
  }
}
