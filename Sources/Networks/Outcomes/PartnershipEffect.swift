public import Probability

/// What partnership does to a school's outcome, by the number of years in which it had a partner.
public protocol PartnershipEffect: Sendable {
  /// How many standard normal numbers a draw of its parameters takes.
  var dimensions: Int { get }

  /// The effect after 0, 1, … `years` years, in the outcome's unit, for one draw of the parameters.
  func profile(years: Int, at normals: [Double]) -> [Double]

  /// Where the numbers come from.
  var source: EvidenceSource { get }

  /// How many standard errors its middle is away from zero; `nil` where it has no spread.
  var errorsFromZero: Double? { get }
}

extension PartnershipEffect {
  public var errorsFromZero: Double? { nil }

  /// The profile of a fresh draw.
  public func profile(years count: Int, using random: inout RandomStream) -> [Double] {
    profile(years: count, at: (0..<dimensions).map { _ in random.normal() })
  }
}

/// How well a number is founded; the report labels it so.
public enum EvidenceSource: String, Sendable, Hashable, Codable, CaseIterable {
  /// Estimated in this study.
  case estimate
  /// Published by others.
  case evidence
  /// Supposed.
  case assumption
}

/// Values from given years on: each holds until the next one, the last for good; 0 before the first.
public struct YearProfile: Sendable, Hashable {
  private let steps: [(year: Int, value: Double)]

  /// - Parameter steps: in any order, each year once.
  public init(_ steps: [(year: Int, value: Double)]) {
    self.steps = steps.sorted { $0.year < $1.year }
  }

  public subscript(year: Int) -> Double { steps.last { $0.year <= year }?.value ?? 0 }

  /// The value farthest from zero.
  public var peak: Double { steps.map(\.value).max { abs($0) < abs($1) } ?? 0 }

  public static func == (a: YearProfile, b: YearProfile) -> Bool {
    a.steps.elementsEqual(b.steps) { $0.year == $1.year && $0.value == $1.value }
  }

  public func hash(into hasher: inout Hasher) {
    for step in steps {
      hasher.combine(step.year)
      hasher.combine(step.value)
    }
  }
}
