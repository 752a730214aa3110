/// Why schools cannot be divided into families.
public enum FamilyError: Error, Sendable, Hashable {
  /// The covariate of this position is the same everywhere.
  case constantCovariate(Int)
  case sizesDoNotDivide(schools: Int, sizes: ClosedRange<Int>)
  /// `school` is one of the area.
  case tooManyInArea(school: Int, count: Int, families: Int, sizes: ClosedRange<Int>)
  case tooManyNear(
    school: Int, count: Int, distance: Double, families: Int, sizes: ClosedRange<Int>)
  case quotaTooSmall(school: Int, count: Int, most: Int, families: Int)
  /// The search ended with pairs that may not share a family; `schools` are those in most of them.
  case noArrangement(conflicts: Int, schools: [Int], families: Int)
}

extension FamilyError: CustomStringConvertible {
  public var description: String { text { "number \($0 + 1)" } }

  /// The same with covariates and schools called by their names.
  func text(covariates: [String] = [], _ name: (Int) -> String) -> String {
    switch self {
    case .constantCovariate(let position):
      (position < covariates.count
        ? "`\(covariates[position])`" : "covariate number \(position + 1)")
        + " is the same for all schools, so nobody is alike by it: leave it out"
    case .sizesDoNotDivide(let schools, let sizes):
      "\(schools) schools cannot be divided into families of \(sizes.lowerBound) to \(sizes.upperBound): "
        + "widen `size`"
    case .tooManyInArea(let school, let count, let families, let sizes):
      "the area of school \(name(school)) has \(count) schools that may not share a family, and there are "
        + "at most \(families) families of \(sizes.lowerBound) or more: allow smaller families or smaller areas"
    case .tooManyNear(let school, let count, let distance, let families, let sizes):
      "\(count) schools around school \(name(school)) are all within \(distance) km of each other and may not "
        + "share a family, and there are at most \(families) families of \(sizes.lowerBound) or more: allow "
        + "smaller families or a shorter distance"
    case .quotaTooSmall(let school, let count, let most, let families):
      "\(count) schools have the value of `quota` that school \(name(school)) has, and \(families) families with at most "
        + "\(most) of them take \(families * most): raise the quota"
    case .noArrangement(let conflicts, let schools, let families):
      "no division was found: \(conflicts) conflicts are left among \(families) families, most of them with "
        + "schools \(schools.map(name).joined(separator: ", ")): shorten `apart`, widen `size`, or leave "
        + "schools out"
    }
  }
}
