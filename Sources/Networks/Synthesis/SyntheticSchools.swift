internal import Probability

/// The schools of a synthetic register before anything happens to them.
///
/// Authorities lie in towns on a plane of 400 by 500 kilometres. Poverty differs between authorities and between
/// schools; prior attainment falls with poverty; small schools are more often rural.
struct SyntheticSchools {
  var authority: [Int] = []
  /// Kilometres.
  var eastings: [Double] = []
  var northings: [Double] = []
  /// Per cent of pupils entitled to free school meals, to one decimal.
  var fsm: [Double] = []
  /// Mean prior attainment of the school's intake, in pupil standard deviations, to three decimals.
  var prior: [Double] = []
  var roll: [Int] = []
  var faith: [Int] = []
  var isJunior: [Bool] = []

  static let faiths = ["none", "church-of-england", "roman-catholic"]

  init(_ design: RegisterDesign, seed: Seed) {
    var places: [(x: Double, y: Double, poverty: Double)] = []
    for authority in 0..<design.authorities {
      var random = RandomStream(seed["authorities"], entity: UInt32(authority))
      places.append(
        (20 + 360 * random.uniform(), 20 + 460 * random.uniform(), 0.6 * random.normal()))
    }
    for school in 0..<design.schools {
      var random = RandomStream(seed["schools"], entity: UInt32(school))
      let home = school % design.authorities
      let place = places[home]
      let rural = random.uniform() < 0.4
      let spread = rural ? 14.0 : 5.0
      authority.append(home)
      eastings.append(rounded(place.x + spread * random.normal(), 3))
      northings.append(rounded(place.y + spread * random.normal(), 3))
      let poverty = place.poverty + 0.8 * random.normal() - (rural ? 0.5 : 0)
      fsm.append(rounded(100 * PortableMath.logistic(-1.5 + 0.8 * poverty), 1))
      prior.append(rounded(-0.2 * poverty + 0.35 * random.normal(), 3))
      let size = design.cohort * 7 * PortableMath.exp(0.45 * random.normal() - (rural ? 0.35 : 0))
      roll.append(Int(max(35, min(900, size))))
      let draw = random.uniform()
      faith.append(draw < 0.63 ? 0 : draw < 0.9 ? 1 : 2)
      isJunior.append(random.uniform() < 0.12)
    }
  }

  var count: Int { authority.count }

  func distance(_ a: Int, _ b: Int) -> Double {
    let (dx, dy) = (eastings[a] - eastings[b], northings[a] - northings[b])
    return (dx * dx + dy * dy).squareRoot()
  }

  /// How much federation is for a school, by what is known of it: below-average attainment, poverty, few pupils.
  func inclination(_ school: Int, _ design: RegisterDesign) -> Double {
    design.selection
      * (-1.5 * prior[school] + 0.03 * (fsm[school] - 20)
        - 1.0 * PortableMath.log(Double(roll[school]) / (7 * design.cohort)))
  }
}

/// `value` with so many decimals: what a published table holds is what later steps depend on.
func rounded(_ value: Double, _ decimals: Int) -> Double {
  let scale = [1.0, 10, 100, 1000][decimals]
  return (value * scale).rounded() / scale
}
