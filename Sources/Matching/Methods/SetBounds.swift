/// How uneven the sets of a full matching may be, and how many comparators it must use (Hansen & Klopfer 2006,
/// DOI 10.1198/106186006X137047).
///
/// | setting | default | range | meaning |
/// |---|---|---|---|
/// | minimum | none | 1/k or ≥ 1 | comparators for a treated unit; 1/k: at most k treated share a comparator |
/// | maximum | none | ≥ 1 | the most comparators of a treated unit |
/// | mean | none | ≥ minimum | comparators in all, for each treated unit |
/// | omit | 0 | 0 … 1 | the share of comparators that may be left out |
public struct SetBounds: Sendable, Hashable {
  /// How many comparators take part.
  public enum Use: Sendable, Hashable {
    /// All that bounds and other constraints allow.
    case all
    /// At least so many for each treated unit that has a possible partner, together.
    case mean(Double)
    /// All but this share of those that have a possible partner.
    case omitting(Double)
  }

  public let minimum: Double?
  public let maximum: Int?
  public let use: Use

  public static let none = SetBounds()

  public init(minimum: Double? = nil, maximum: Int? = nil, use: Use = .all) {
    precondition(minimum.map { $0 > 0 } ?? true, "a minimum of 0")
    precondition(maximum.map { $0 >= 1 } ?? true, "a maximum below 1")
    self.minimum = minimum
    self.maximum = maximum
    self.use = use
  }

  /// Comparators that each treated unit has at least.
  var least: Int { max(1, Int((minimum ?? 1).rounded(.up))) }

  /// Treated units that may share a comparator; `nil` for any number.
  var sharing: Int? {
    guard let minimum else { return nil }
    return minimum >= 1 ? 1 : Int((1 / minimum + 1e-9).rounded(.down))
  }

  /// How many comparators must be used of so many that could be, by so many treated.
  func wanted(of comparators: Int, treated: Int) -> Int {
    switch use {
    case .all: comparators
    case .mean(let mean): min(comparators, Int((mean * Double(treated)).rounded()))
    case .omitting(let share):
      comparators - Int((share * Double(comparators) + 1e-9).rounded(.down))
    }
  }
}
