/// Why one comparison of a cohort with its comparators has no estimate.
public enum CellFailure: Error, Sendable, Hashable, CustomStringConvertible {
  case noTreated
  case noComparators
  case collinear
  case noOverlap

  public var description: String {
    switch self {
    case .noTreated: "no treated unit is observed in both years"
    case .noComparators: "no comparator is observed in both years"
    case .collinear: "the covariates are collinear among comparators"
    case .noOverlap: "the covariates separate treated units from comparators"
    }
  }
}
