/// A named, versioned table that turns an effect in standard deviations of pupils into months of progress.
///
/// It holds for outcomes of pupils in units of all pupils' standard deviation, and for nothing else: schools'
/// means vary far less, so the same number of their standard deviations is far less progress.
public struct MonthsTable: Sendable, Hashable {
  public let name: String
  public let version: String
  public let bands: [Band]

  /// The effects that count as one number of months, in hundredths of a standard deviation.
  public struct Band: Sendable, Hashable {
    public let months: Int
    public let low: Int
    public let high: Int
  }

  /// The bands of the Education Endowment Foundation's Teaching and Learning Toolkit, as its page "Attainment"
  /// (About the Toolkits) gives them; mirrored for negative effects. The reports of single trials use bands that
  /// differ slightly. `Data/months/eef-toolkit.csv` has the same numbers.
  public static let eefToolkit = MonthsTable(
    name: "eef-toolkit", version: "1",
    bands: [
      Band(months: 0, low: 0, high: 1), Band(months: 1, low: 2, high: 9),
      Band(months: 2, low: 10, high: 18), Band(months: 3, low: 19, high: 26),
      Band(months: 4, low: 27, high: 35), Band(months: 5, low: 36, high: 44),
      Band(months: 6, low: 45, high: 52), Band(months: 7, low: 53, high: 61),
      Band(months: 8, low: 62, high: 69), Band(months: 9, low: 70, high: 78),
      Band(months: 10, low: 79, high: 87), Band(months: 11, low: 88, high: 95),
      Band(months: 12, low: 96, high: 100),
    ])

  /// Months of an effect, rounded to hundredths first; `nil` beyond the last band.
  public func months(_ effect: Double) -> Int? {
    guard effect.isFinite, abs(effect) < 1_000 else { return nil }
    // The last bits of a sum must not decide between two bands.
    let hundredths = (abs(effect) * 1e10).rounded() / 1e8
    let size = Int(hundredths.rounded(.toNearestOrAwayFromZero))
    guard let band = bands.first(where: { $0.low <= size && size <= $0.high }) else { return nil }
    return effect < 0 ? -band.months : band.months
  }
}
