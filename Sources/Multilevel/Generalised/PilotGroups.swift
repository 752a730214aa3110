/// Every tenth group of many rows, whose fit tells where the fit to all of them starts.
///
/// Newton's steps from there are few, and each costs a pass over all rows. Where the fixed part alone has a
/// maximum on part of the rows, with information about every column, it has one on all of them: what separates
/// all rows separates every part of them (Albert & Anderson 1984, doi:10.1093/biomet/71.1.1). So the rows that
/// are left out cannot hide a separation, and where the part shows one, or no optimum, all rows are looked at.
struct PilotGroups {
  let observations: GeneralisedObservations

  static let stride = 10
  /// Rows below which a pass over all of them costs nothing that shows.
  static let leastRows = 50_000
  /// Groups below which a tenth of them says little about their variance.
  static let leastGroups = 500

  /// - Returns: `nil` where the rows are few, or their groups are not independent of each other.
  init?(_ all: GeneralisedObservations) {
    let groups = all.starts.count - 1
    guard all.count >= Self.leastRows, groups >= Self.leastGroups, all.terms.factors.count == 1,
      all.categories.isEmpty
    else { return nil }
    let rows = Swift.stride(from: 0, to: groups, by: Self.stride).flatMap { group in
      all.starts[group]..<all.starts[group + 1]
    }
    guard rows.count * 2 < all.count else { return nil }
    observations = all.replacing(
      rows: rows, totals: rows.map { all.totals[$0] }, exposures: rows.map { all.exposures[$0] })
  }
}
