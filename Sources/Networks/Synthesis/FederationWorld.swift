internal import Probability

/// Schools, federations and what is true of both.
struct FederationWorld {
  let schools: SyntheticSchools
  let federations: SyntheticFederations
  let isSpecial: [Bool]
  let isAcademy: [Bool]
  let leaves: [Bool]
  /// Types of each federation, by name.
  let types: [[String]]
  /// The weaker member of a performance federation.
  let isLower: [Bool]
  /// The school year in which a school first was within reach of a federated one that is not its partner.
  let reached: [Int?]
  /// What each school adds.
  let schoolEffect: [Double]
  let federationEffect: [Double]

  static let typeNames = [
    "cross_phase", "performance", "size", "faith", "mainstreaming", "academy",
  ]

  init(_ design: FederationsDesign, seed: Seed) {
    let schools = SyntheticSchools(design.register, seed: seed)
    let federations = SyntheticFederations(design.register, schools, seed: seed)
    self.schools = schools
    self.federations = federations
    var (special, academy, leaves, effects) = ([Bool](), [Bool](), [Bool](), [Double]())
    for index in 0..<schools.count {
      var random = RandomStream(seed["school-kinds"], entity: UInt32(index))
      let draw = random.uniform()
      special.append(draw < FederationsDesign.special)
      academy.append(draw >= 1 - FederationsDesign.academy)
      leaves.append(federations.federation[index] != nil && random.uniform() < design.leavers)
      var ofSchool = RandomStream(seed["school-effects"], entity: UInt32(index))
      effects.append(design.register.schoolSD * ofSchool.normal())
    }
    var lower = [Bool](repeating: false, count: schools.count)
    var types: [[String]] = []
    var ofFederation: [Double] = []
    for (index, members) in federations.members.enumerated() {
      var random = RandomStream(seed["federation-effects"], entity: UInt32(index))
      ofFederation.append(design.register.federationSD * random.normal())
      let priors = members.map { schools.prior[$0] }
      let rolls = members.map { Double(schools.roll[$0]) }
      let gap = (priors.max() ?? 0) - (priors.min() ?? 0)
      var own: [String] = []
      if Set(members.map { schools.isJunior[$0] }).count > 1 { own.append("cross_phase") }
      if gap >= Self.gap {
        own.append("performance")
        for school in members where schools.prior[school] < (priors.max() ?? 0) - Self.gap / 2 {
          lower[school] = true
        }
      }
      if (rolls.max() ?? 0) >= 2 * (rolls.min() ?? 1) { own.append("size") }
      if Set(members.map { schools.faith[$0] }).count == 1, schools.faith[members[0]] > 0 {
        own.append("faith")
      }
      if members.contains(where: { special[$0] }) { own.append("mainstreaming") }
      if members.contains(where: { academy[$0] }) { own.append("academy") }
      types.append(own)
    }
    isSpecial = special
    isAcademy = academy
    self.leaves = leaves
    self.types = types
    isLower = lower
    schoolEffect = effects
    federationEffect = ofFederation
    reached = Self.reached(schools, federations)
  }

  /// Half of a standard deviation of schools' mean prior attainment, in pupils' standard deviations.
  static let gap = 0.25

  private static func reached(
    _ schools: SyntheticSchools, _ federations: SyntheticFederations
  ) -> [Int?] {
    let federated = (0..<schools.count).filter { federations.federation[$0] != nil }
    return (0..<schools.count).map { school in
      guard federations.federation[school] == nil else { return nil }
      return federated.filter { schools.distance(school, $0) < FederationsDesign.reach }
        .compactMap { federations.federation[$0].map { federations.founded[$0] + 1 } }.min()
    }
  }

  func cohort(_ school: Int) -> Int {
    max(5, schools.roll[school] / (schools.isJunior[school] ? 4 : 7))
  }

  /// Years since joining, from one; `nil` for schools that are not federated, or not any more.
  func lag(_ school: Int, _ year: Int) -> Int? {
    guard let federation = federations.federation[school] else { return nil }
    let lag = year - federations.founded[federation]
    guard lag >= 1, !leaves[school] || lag <= 2 else { return nil }
    return lag
  }

  /// What partnership adds to a pupil of the school in the year.
  func effect(_ school: Int, year: Int, isPoor: Bool, _ design: FederationsDesign) -> Double {
    if let first = reached[school] {
      return year >= first ? design.spillover * design.ramp(year - first + 1) : 0
    }
    guard let lag = lag(school, year), let federation = federations.federation[school] else {
      return 0
    }
    let ramp = design.ramp(lag)
    return design.effect(lag)
      + (types[federation].contains("performance") ? design.performance * ramp : 0)
      + (isLower[school] ? design.lower * ramp : 0) + (isPoor ? design.poor * ramp : 0)
  }

  /// A school's mean outcome without chance and without partnership.
  func expected(_ school: Int, year: Int, _ design: FederationsDesign) -> Double {
    let poverty = schools.fsm[school] / 100
    return RegisterDesign.priorSlope * (schools.prior[school] - 0.3 * poverty * (1 - poverty))
      + (RegisterDesign.poorPupil + RegisterDesign.poorSchool) * poverty + schoolEffect[school]
      + 0.02 * Double(year - design.firstYear)
  }
}
