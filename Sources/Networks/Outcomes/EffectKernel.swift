/// What one kind of partnership does to a school's outcome, year by year.
///
/// A school's **exposure** is the number of model years at whose end it was in a partnership of the kind. In
/// year *t* the effect is
///
///   (profile(exposure) + *b_g* · reached(exposure)) · role · moderator · size(*n_g*) · intensity · trust · kept
///
/// with reached = profile over its largest value. *role* depends on whether the school is the strong or the weak
/// side, *size* on the members of its group, *b_g* is what is particular to the group (normal with mean 0,
/// standard deviation ``between``, the same under every policy for groups with the same lead), *intensity* is
/// that of the group's activities, *trust* that of its ties. Once the partnership ends, all but *kept* is as it was
/// last; *kept* falls by the share ``decay`` each year. A school that joins again goes on from the whole years it
/// has left: exposure times *kept*, rounded down. In the year before a school joins a group the effect is
/// ``anticipation``.
///
/// The published patterns: two to four years until federation shows (Chapman, Muijs & MacAllister 2011);
/// anticipation, rise and fading of sponsored academies (Andrews et al. 2017).
public struct EffectKernel: Sendable {
  public let name: String
  public let kind: PartnershipKind
  public let effect: any PartnershipEffect
  /// Which factor of the ``ParameterSet`` holds its normal numbers.
  public let factor: Int
  /// The position of the relation whose ties have the effect, where it is of ties.
  public var relation = 0
  /// In the outcome's unit.
  public var anticipation: ParameterValue?
  /// The share of what is left that is lost in each year after the end, 0 to 1.
  public var decay: ParameterValue?
  public var strong = 1.0
  public var weak = 1.0
  /// One a school.
  public var moderator: [Double]?
  public var sizes: YearProfile?
  /// In the outcome's unit.
  public var between: ParameterValue?
  /// Whether the effect of ties grows with their trust.
  public var needsTrust = false
  public var transport = Transport()
  /// How many times as strong it is for pupils of each group of the model, in its order; empty where it is the same for
  /// all.
  public var pupils: [ParameterValue] = []

  public init(
    _ name: String, kind: PartnershipKind, _ effect: any PartnershipEffect, factor: Int
  ) {
    self.name = name
    self.kind = kind
    self.effect = effect
    self.factor = factor
  }

  /// How far the factor of widening goes: as declared, or as far as the 95 % interval reaches zero.
  var widening: Double {
    guard let errors = effect.errorsFromZero, errors.isFinite else { return transport.widen }
    return max(transport.widen, errors / 1.959963984540054)
  }

  /// The effect by exposure at a point: as it is, and widened for schools to which it is transported.
  func profiles(years: Int, at point: ParameterPoint) -> (plain: [Double], carriedOver: [Double]) {
    let normals = point.normals[factor]
    let wide = effect.profile(years: years, at: normals.map { $0 * widening })
    return (transport.everyone ? wide : effect.profile(years: years, at: normals), wide)
  }
}

/// Where an effect is used beyond what it was estimated on. There it counts as an assumption, and its deviation from
/// the estimate is multiplied by a factor, so that it can cross zero.
public struct Transport: Sendable, Hashable {
  /// At least by how much.
  public var widen = 2.0
  /// Whether the whole effect is transported: it was estimated on another kind of partnership.
  public var everyone = false
  /// Whether members who were made to join are beyond it.
  public var compelled = false
  /// The schools that are like those it was estimated on; `nil` for all.
  public var holds: [Bool]?

  public init() {}

  /// Whether a school lies beyond what was estimated.
  func applies(to school: Int, compelled isCompelled: Bool) -> Bool {
    (compelled && isCompelled) || holds.map { !$0[school] } ?? false
  }
}
