internal import Probability

/// Who works with whom: everyone within a federation, and voluntary ties of near schools, more often of the same
/// authority.
struct SyntheticTies {
  /// Positions of schools, the smaller first, in ascending order.
  let ties: [(Int, Int)]

  init(
    _ design: RegisterDesign, _ schools: SyntheticSchools, _ federations: SyntheticFederations,
    seed: Seed
  ) {
    var found: Set<[Int]> = []
    for members in federations.members {
      for a in members { for b in members where a < b { found.insert([a, b]) } }
    }
    let target = found.count + design.voluntaryTies
    var attempt: UInt32 = 0
    while found.count < target, attempt < 100 * UInt32(design.voluntaryTies + 1) {
      var random = RandomStream(seed["ties"], event: attempt)
      attempt += 1
      let ego = random.index(below: schools.count)
      let others = (0..<schools.count).filter {
        $0 != ego && abs(schools.eastings[$0] - schools.eastings[ego]) < 30
          && abs(schools.northings[$0] - schools.northings[ego]) < 30
      }
      guard !others.isEmpty else { continue }
      let utilities = others.map { other in
        -1.5 * PortableMath.log(1 + schools.distance(ego, other))
          + (schools.authority[ego] == schools.authority[other] ? 1 : 0)
      }
      let other = others[draw(utilities, random.uniform())]
      if federations.federation[ego] == nil || federations.federation[other] == nil {
        found.insert([min(ego, other), max(ego, other)])
      }
    }
    ties = found.map { ($0[0], $0[1]) }.sorted { $0 < $1 }
  }
}
