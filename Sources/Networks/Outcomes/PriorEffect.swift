/// An effect drawn from a sourced prior: its value times the share of it that is reached after so many years.
public struct PriorEffect: PartnershipEffect {
  public let spread: Spread
  public let share: YearProfile
  /// What one unit of the prior is in the outcome's unit.
  public let unit: Double
  public let source: EvidenceSource

  public init(_ spread: Spread, share: YearProfile, unit: Double, source: EvidenceSource) {
    self.spread = spread
    self.share = share
    self.unit = unit
    self.source = source
  }

  public var dimensions: Int { 1 }

  public var errorsFromZero: Double? {
    spread.isFixed ? nil : abs(spread.median) / spread.sd
  }

  public func profile(years count: Int, at normals: [Double]) -> [Double] {
    let value = spread.value(at: normals[0]) * unit
    return (0...count).map { $0 == 0 ? 0 : share[$0] * value }
  }
}
