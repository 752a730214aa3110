/// What a synthetic register of schools is to look like.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `pairs`, `triples`, `quadruples` | 107, 10, 5 | 0… | federations of two, three and four schools |
/// | `federatedAuthorities` | 50 | 1… | authorities that have federations |
/// | `authorities` | 60 | ≥ the former | authorities in all |
/// | `others` | 3000 | 0… | schools in no federation |
/// | `cohort` | 28 | 5… | median pupils of a school's one year |
/// | `effect` | 0.12 | | of federation, in standard deviations of pupils |
/// | `schoolSD` | 0.2 | 0… | of what a school adds, before scaling |
/// | `federationSD` | 0.05 | 0… | of what a federation adds beyond the effect, before scaling |
/// | `pupilSD` | 0.7 | above 0 | of pupils within a school, given their prior attainment, before scaling |
/// | `selection` | 1 | 0… | how strongly federation goes to weak, poor and small schools |
/// | `voluntaryTies` | 800 | 0… | ties between schools outside federations |
public struct RegisterDesign: Sendable, Hashable {
  public var pairs = 107
  public var triples = 10
  public var quadruples = 5
  public var federatedAuthorities = 50
  public var authorities = 60
  public var others = 3000
  public var cohort = 28.0
  public var effect = 0.12
  public var schoolSD = 0.2
  public var federationSD = 0.05
  public var pupilSD = 0.7
  public var selection = 1.0
  public var voluntaryTies = 800

  public init() {}

  public var federations: Int { pairs + triples + quadruples }
  public var federatedSchools: Int { 2 * pairs + 3 * triples + 4 * quadruples }
  public var schools: Int { federatedSchools + others }

  /// Coefficients of a pupil's outcome, before it is scaled to standard deviation 1.
  static let priorSlope = 0.65
  static let poorPupil = -0.2
  /// Of the school's share of poor pupils, from 0 to 1.
  static let poorSchool = -0.4
}
