/// An effect written in the study: a profile by years, and how unsure it is.
///
/// The whole profile is multiplied by 1 + *z* · `sd` / |peak|, with one standard normal *z* for each draw of
/// the parameters and the peak the profile's value farthest from zero: so the peak has standard deviation
/// `sd`, years without effect stay without, and the sign can turn.
public struct DeclaredEffect: PartnershipEffect {
  public let years: YearProfile
  /// Of the peak, in the unit of the profile.
  public let sd: Double
  /// What one unit of the profile is in the outcome's unit.
  public let unit: Double
  public let source: EvidenceSource

  public init(years: YearProfile, sd: Double, unit: Double, source: EvidenceSource) {
    self.years = years
    self.sd = sd
    self.unit = unit
    self.source = source
  }

  public var dimensions: Int { 1 }

  public var errorsFromZero: Double? { sd > 0 ? abs(years.peak) / sd : nil }

  public func profile(years count: Int, at normals: [Double]) -> [Double] {
    let z = normals[0]
    let peak = abs(years.peak)
    let factor = peak > 0 ? 1 + z * sd / peak : 1
    return (0...count).map { $0 == 0 ? 0 : years[$0] * factor * unit }
  }
}
