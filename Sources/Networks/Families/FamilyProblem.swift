/// Schools to be divided into families: what makes them alike, how large families may be, and who may not share one.
public struct FamilyProblem: Sendable {
  /// n × p, school after school: standardised covariates.
  let features: [Double]
  /// p
  let dimensions: Int
  /// Fewest and most schools of a family.
  public let sizes: ClosedRange<Int>
  let apart: Apart?
  /// At most so many schools of one code in a family; codes below 0 are not limited.
  let quota: (codes: [Int32], most: Int)?

  /// Who may not share a family.
  public enum Apart: Sendable {
    /// Schools nearer than so many kilometres.
    case distance(Locations, Double)
    /// Schools of the same area, by code; −1 for none.
    case area([Int32])

    @inline(__always)
    func separates(_ a: Int, _ b: Int) -> Bool {
      switch self {
      case .distance(let locations, let least): locations.distance(a, b) < least
      case .area(let codes): codes[a] >= 0 && codes[a] == codes[b]
      }
    }
  }

  public var count: Int { features.count / dimensions }

  /// - Parameters:
  ///   - columns: covariates, each with one finite value a school; they are standardised here.
  ///   - weights: of the covariates, 1 each unless given.
  /// - Throws: ``FamilyError`` where no division can exist.
  public init(
    columns: [[Double]], weights: [Double]? = nil, sizes: ClosedRange<Int>, apart: Apart? = nil,
    quota: (codes: [Int32], most: Int)? = nil
  ) throws(FamilyError) {
    precondition(!columns.isEmpty, "no covariates")
    let count = columns[0].count
    var features = [Double](repeating: 0, count: count * columns.count)
    for (k, column) in columns.enumerated() {
      precondition(column.count == count, "\(column.count) values for \(count) schools")
      let mean = column.reduce(0, +) / Double(count)
      let squares = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let sd = (squares / Double(max(1, count - 1))).squareRoot()
      guard sd > 0 else { throw .constantCovariate(k) }
      let weight = (weights?[k] ?? 1).squareRoot()
      for school in 0..<count {
        features[school * columns.count + k] = weight * (column[school] - mean) / sd
      }
    }
    self.features = features
    dimensions = columns.count
    self.sizes = sizes
    self.apart = apart
    self.quota = quota
    guard count >= sizes.lowerBound, familyCount * sizes.upperBound >= count else {
      throw .sizesDoNotDivide(schools: count, sizes: sizes)
    }
    try checkPlaces()
  }

  /// How many families there are: as many as the least size allows, since smaller families are more alike.
  var familyCount: Int { count / sizes.lowerBound }

  /// Whether two schools may not share a family.
  @inline(__always)
  func separates(_ a: Int, _ b: Int) -> Bool { apart?.separates(a, b) ?? false }

  /// Refuses what cannot be: more schools that must all be in different families than there are families.
  private func checkPlaces() throws(FamilyError) {
    let families = familyCount
    switch apart {
    case nil: break
    case .area(let codes):
      var counts: [Int32: Int] = [:]
      for code in codes where code >= 0 { counts[code, default: 0] += 1 }
      if let worst = counts.max(by: { ($0.value, -$0.key) < ($1.value, -$1.key) }),
        worst.value > families
      {
        throw .tooManyInArea(
          school: codes.firstIndex(of: worst.key) ?? 0, count: worst.value, families: families,
          sizes: sizes)
      }
    case .distance(let locations, let least):
      // Schools within half the distance of one school are all nearer to each other than it.
      let grid = PlaceGrid(locations)
      var worst = (school: 0, count: 0)
      for school in 0..<count {
        let near = grid.schools(near: school, within: least * 0.4999).count + 1
        if near > worst.count { worst = (school, near) }
      }
      if worst.count > families {
        throw .tooManyNear(
          school: worst.school, count: worst.count, distance: least, families: families,
          sizes: sizes)
      }
    }
    if let quota {
      var counts: [Int32: Int] = [:]
      for code in quota.codes where code >= 0 { counts[code, default: 0] += 1 }
      if let worst = counts.max(by: { ($0.value, -$0.key) < ($1.value, -$1.key) }),
        worst.value > families * quota.most
      {
        throw .quotaTooSmall(
          school: quota.codes.firstIndex(of: worst.key) ?? 0, count: worst.value, most: quota.most,
          families: families)
      }
    }
  }
}
