internal import Probability

/// Who federates with whom: a first school by its ``SyntheticSchools/inclination(_:_:)``, then partners in the
/// same authority by theirs, nearness and faith.
struct SyntheticFederations {
  /// Schools of each federation; the first one leads.
  let members: [[Int]]
  /// The year in which each was founded.
  let founded: [Int]
  /// The federation of each school.
  let federation: [Int?]

  init(_ design: RegisterDesign, _ schools: SyntheticSchools, seed: Seed) {
    var byAuthority = [[Int]](repeating: [], count: design.authorities)
    for school in 0..<schools.count { byAuthority[schools.authority[school]].append(school) }
    var federation = [Int?](repeating: nil, count: schools.count)
    var members: [[Int]] = []
    var founded: [Int] = []
    for index in 0..<design.federations {
      var random = RandomStream(seed["federations"], entity: UInt32(index))
      // Every authority that has federations gets one before any gets another.
      let authority = index % design.federatedAuthorities
      let free = byAuthority[authority].filter { federation[$0] == nil }
      let size = Self.size(index, design)
      guard free.count >= size else { continue }
      var chosen: [Int] = []
      while chosen.count < size {
        let candidates = free.filter { !chosen.contains($0) }
        let utilities = candidates.map { school in
          var utility = schools.inclination(school, design)
          if let lead = chosen.first {
            utility -= 1.5 * PortableMath.log(1 + schools.distance(lead, school))
            utility += schools.faith[lead] == schools.faith[school] ? 1 : 0
          }
          return utility
        }
        chosen.append(candidates[draw(utilities, random.uniform())])
      }
      for school in chosen { federation[school] = members.count }
      members.append(chosen)
      founded.append(2013 + random.index(below: 3))
    }
    self.members = members
    self.founded = founded
    self.federation = federation
  }

  /// Larger federations are spread over authorities.
  private static func size(_ index: Int, _ design: RegisterDesign) -> Int {
    if index < design.quadruples { return 4 }
    return index < design.quadruples + design.triples ? 3 : 2
  }
}

/// A position in proportion to the exponential of its utility.
func draw(_ utilities: [Double], _ uniform: Double) -> Int {
  let highest = utilities.max() ?? 0
  let weights = utilities.map { PortableMath.exp($0 - highest) }
  var rest = uniform * weights.reduce(0, +)
  for (k, weight) in weights.enumerated() {
    rest -= weight
    if rest < 0 { return k }
  }
  return utilities.count - 1
}
