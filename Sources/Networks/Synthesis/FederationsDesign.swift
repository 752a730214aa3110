/// What a synthetic study of federations is to look like: a register with years, into which schools federate at
/// different times.
///
/// | Name | Default | Meaning |
/// |---|---|---|
/// | `register` | 122 federations in 50 of 60 authorities, 1000 others | schools, pupils and who federates |
/// | `firstYear`, `years` | 2011, 10 | the school years of the register |
/// | `profile` | 0, 0.06, 0.12, 0.15, 0.15 | effect of federation by year since joining |
/// | `performance` | 0.05 | more in federations of strong with weak schools, at the full profile |
/// | `lower` | 0 | more for the partner that was lower, at the full profile |
/// | `poor` | 0 | more for poor pupils, at the full profile |
/// | `spillover` | 0.04 | of the full effect's place, in schools nearer than 5 km to a federated one |
/// | `mathematics` | 0.5 | the second outcome's effect, as a share of the first's |
/// | `leavers` | 0.05 | share of federated schools that leave after two years |
/// | `schoolYearSD` | 0.08 | of what a school's one year adds |
/// | `missing` | 0.02 | share of outcomes of pupils that are not known |
/// | `suppressed` | 12 | schools with fewer pupils a year have their results suppressed |
/// | `follows` | false | whether pupils have a row in every year in school, not only in that of the outcome |
public struct FederationsDesign: Sendable, Hashable {
  public var register = RegisterDesign()
  public var firstYear = 2011
  public var years = 10
  public var profile = [0, 0.06, 0.12, 0.15, 0.15]
  public var performance = 0.05
  public var lower = 0.0
  public var poor = 0.0
  public var spillover = 0.04
  public var mathematics = 0.5
  public var leavers = 0.05
  public var schoolYearSD = 0.08
  public var missing = 0.02
  public var suppressed = 12
  public var follows = false

  public init() {
    register.others = 1000
    register.federationSD = 0.08
  }

  /// Share of special schools and of academies.
  static let special = 0.07
  static let academy = 0.12
  /// Kilometres within which a federation is felt by others.
  static let reach = 5.0

  /// The lag's share of the full effect.
  func ramp(_ lag: Int) -> Double {
    let full = profile.last ?? 0
    guard lag >= 1, full != 0 else { return 0 }
    return profile[min(lag, profile.count) - 1] / full
  }

  func effect(_ lag: Int) -> Double {
    lag < 1 || profile.isEmpty ? 0 : profile[min(lag, profile.count) - 1]
  }
}
