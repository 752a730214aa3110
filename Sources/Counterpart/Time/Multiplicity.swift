/// P-values of a family of tests, made larger so that the family errs as seldom as one test would.
enum Multiplicity: String, CaseIterable, Sendable {
  /// Step-down: the smallest is multiplied by the number of tests, the next by one less, and none falls below
  /// one before it (Holm 1979, Scandinavian Journal of Statistics 6, 65–70).
  case holm
  case bonferroni

  /// - Parameter pValues: NaN where a test could not be made, which then is not counted.
  func adjusted(_ pValues: [Double]) -> [Double] {
    let known = pValues.indices.filter { !pValues[$0].isNaN }
    var result = [Double](repeating: .nan, count: pValues.count)
    switch self {
    case .bonferroni:
      for place in known { result[place] = min(1, pValues[place] * Double(known.count)) }
    case .holm:
      var highest = 0.0
      let ordered = known.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
      for (rank, place) in ordered.enumerated() {
        highest = max(highest, min(1, pValues[place] * Double(known.count - rank)))
        result[place] = highest
      }
    }
    return result
  }
}
