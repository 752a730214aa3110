internal import Probability
internal import Tables

/// What a good study of the synthetic federations should find: the mean true effect over the pupils of federated
/// mainstream schools, by year since joining and by type, with schools that have left counted as they are.
struct FederationTruth {
  private let design: FederationsDesign
  private let world: FederationWorld

  init(_ design: FederationsDesign, _ world: FederationWorld) {
    self.design = design
    self.world = world
  }

  func json(seed: Seed) -> JSON {
    let lags = 1...max(1, design.profile.count)
    var byLag: [String: JSON] = [:]
    for lag in lags { byLag["\(lag)"] = .number(round(mean([lag]) { _ in true })) }
    var byType: [String: JSON] = [:]
    var shares: [String: JSON] = [:]
    let steady = Array(lags.dropFirst(min(2, lags.count - 1)))
    for name in FederationWorld.typeNames {
      byType[name] = .number(round(mean(steady) { self.world.types[$0].contains(name) }))
      shares[name] = .number(Double(world.types.count { $0.contains(name) }))
    }
    return [
      "what": "a synthetic study of federations: no school, pupil or federation in it exists",
      "seed": .number(Double(seed.rawValue)),
      "federations": .number(Double(world.federations.members.count)),
      "federated_schools": .number(Double(world.federations.federation.count { $0 != nil })),
      "schools": .number(Double(world.schools.count)),
      "average": .number(round(mean(Array(lags)) { _ in true })),
      "by_lag": .object(byLag),
      "by_type_lags_from_3": .object(byType),
      "federations_of_type": .object(shares),
      "performance_more_than_others": .number(design.performance),
      "poor_more_than_others": .number(design.poor),
      "mathematics_share": .number(design.mathematics),
      "inspection_grade": 0,
      "sd": [
        "school": .number(design.register.schoolSD),
        "school_year": .number(design.schoolYearSD),
        "federation": .number(design.register.federationSD),
        "pupil": .number(design.register.pupilSD),
      ],
    ]
  }

  private func mean(_ lags: [Int], _ isOf: (Int) -> Bool) -> Double {
    var (sum, count) = (0.0, 0.0)
    for (federation, members) in world.federations.members.enumerated() where isOf(federation) {
      for school in members where !world.isSpecial[school] {
        let pupils = Double(world.cohort(school))
        for lag in lags {
          sum +=
            pupils
            * world.effect(
              school, year: world.federations.founded[federation] + lag, isPoor: false, design)
          count += pupils
        }
      }
    }
    return count > 0 ? sum / count : 0
  }

  private func round(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }
}
