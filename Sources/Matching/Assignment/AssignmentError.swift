/// Why an assignment problem cannot be posed.
public enum AssignmentError: Error, Sendable, Hashable {
  case notFinite(arm: Arm, unit: Int, value: Double)
  case negativeCaliper(Double)
  case ratioBelowOne(Int)
  case dimensions(treated: Int, controls: Int)
  case strata(arm: Arm, found: Int, expected: Int)
}

extension AssignmentError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notFinite(let arm, let unit, let value):
      "\(arm) unit \(unit + 1): expected a finite score or coordinate, found \(value): "
        + "leave out units whose distance is unknown"
    case .negativeCaliper(let caliper):
      "expected a caliper of 0 or more, found \(caliper)"
    case .ratioBelowOne(let ratio):
      "expected at least 1 control per treated unit, found \(ratio)"
    case .dimensions(let treated, let controls):
      "treated units have \(treated) coordinates and controls \(controls): expected the same"
    case .strata(let arm, let found, let expected):
      "expected a stratum for each of \(expected) \(arm) units, found \(found)"
    }
  }
}
