/// A cost whose first part counts before any of the second: broken wishes, then distance.
///
/// Comparing the parts in turn needs no large number that would swamp the digits of the distance.
struct RankedCost: Sendable, Hashable {
  var penalty: Int
  var distance: Double

  static let zero = RankedCost(penalty: 0, distance: 0)
  static let infinite = RankedCost(penalty: .max / 4, distance: .infinity)

  static func + (a: Self, b: Self) -> Self {
    RankedCost(penalty: a.penalty + b.penalty, distance: a.distance + b.distance)
  }

  static func - (a: Self, b: Self) -> Self {
    RankedCost(penalty: a.penalty - b.penalty, distance: a.distance - b.distance)
  }

  static prefix func - (a: Self) -> Self {
    RankedCost(penalty: -a.penalty, distance: -a.distance)
  }

  static func < (a: Self, b: Self) -> Bool {
    a.penalty != b.penalty ? a.penalty < b.penalty : a.distance < b.distance
  }
}
