/// A sourced number that a scenario can draw: what it is, how unsure it is, who says so, and how well founded
/// it is.
public struct Prior: Sendable, Hashable {
  /// As a study names it: `federation-lag`.
  public let name: String
  public let spread: Spread
  /// Of the value: `sd`, `years`, `log odds`; empty for a share or a ratio.
  public let unit: String
  /// Evidence or assumption. A value can be evidence while its spread is not; then `note` says so.
  public let label: EvidenceSource
  /// What the number is, in a sentence.
  public let meaning: String
  /// The citation; for an assumption, why nothing better is known.
  public let source: String

  public init(
    _ name: String, _ spread: Spread, unit: String, _ label: EvidenceSource, _ meaning: String,
    source: String
  ) {
    self.name = name
    self.spread = spread
    self.unit = unit
    self.label = label
    self.meaning = meaning
    self.source = source
  }
}
