internal import Probability

/// One year of pupils with their outcome.
///
/// *y* = 0.65 *prior* − 0.2 *fsm* − 0.4 *poverty* + *u* + *v* + *e*, with *poverty* the school's share of poor
/// pupils, *u* of the school, *v* of the federation and *e* of the pupil; this is scaled to mean 0 and standard
/// deviation 1 over all pupils, and the effect is then added to pupils of federated schools.
struct SyntheticPupils {
  var school: [Int] = []
  var isPoor: [Bool] = []
  var prior: [Double] = []
  var outcome: [Double] = []
  /// What one unit before scaling is after it.
  let scale: Double

  init(
    _ design: RegisterDesign, _ schools: SyntheticSchools, _ federations: SyntheticFederations,
    seed: Seed
  ) {
    var raw: [Double] = []
    for index in 0..<schools.count {
      var ofSchool = RandomStream(seed["school-effects"], entity: UInt32(index))
      var effect = design.schoolSD * ofSchool.normal()
      if let federation = federations.federation[index] {
        var ofFederation = RandomStream(seed["federation-effects"], entity: UInt32(federation))
        effect += design.federationSD * ofFederation.normal()
      }
      let poverty = schools.fsm[index] / 100
      let cohort = max(5, schools.roll[index] / (schools.isJunior[index] ? 4 : 7))
      for pupil in 0..<cohort {
        var random = RandomStream(
          seed["pupils"], entity: UInt32(index), event: UInt32(pupil))
        let poor = random.uniform() < poverty
        let before = rounded(
          schools.prior[index] + 0.9 * random.normal() - (poor ? 0.3 * (1 - poverty) : 0), 3)
        let after =
          RegisterDesign.priorSlope * before + (poor ? RegisterDesign.poorPupil : 0)
          + RegisterDesign.poorSchool * poverty + effect + design.pupilSD * random.normal()
        school.append(index)
        isPoor.append(poor)
        prior.append(before)
        raw.append(after)
      }
    }
    let count = Double(raw.count)
    let mean = raw.reduce(0, +) / count
    let sd = (raw.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
    scale = 1 / sd
    for (k, value) in raw.enumerated() {
      let federated = federations.federation[school[k]] != nil
      outcome.append(rounded((value - mean) / sd + (federated ? design.effect : 0), 3))
    }
  }

  /// The mean outcome of each school's pupils, to three decimals.
  func schoolMeans(_ count: Int) -> [Double] {
    var (sums, counts) = (
      [Double](repeating: 0, count: count), [Double](repeating: 0, count: count)
    )
    for (k, index) in school.enumerated() {
      sums[index] += outcome[k]
      counts[index] += 1
    }
    return (0..<count).map { rounded(sums[$0] / counts[$0], 3) }
  }
}
