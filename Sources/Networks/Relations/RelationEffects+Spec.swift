public import StudyFiles

/// An effect of another relation among the same actors, as a study writes it: `tied-in(advice)`.
public protocol RelationEffectSpec: NetworkEffectSpec {
  init(relation: LocatedText)
  /// The name of the other relation.
  var otherRelation: LocatedText { get }
  /// What a tie is worth by the ties of the other relation.
  var relationFunction: any RelationFunction { get }
}

extension RelationEffectSpec {
  public init(from section: Section) throws(SpecErrors) {
    guard section.arguments.count == 1 else {
      throw section.error(
        .rule(
          "expected one relation, as in `\(Self.name)(advice)`, found \(section.arguments.count)"))
    }
    self.init(relation: section.arguments[0])
  }

  /// - Throws: always: what it looks at is no property of the actors. Steps with several relations take
  ///   ``relationFunction``.
  public func effect(among actors: ActorData) throws(ScenarioError) -> any NetworkEffect {
    throw .otherRelation(otherRelation.text, effect: Self.name)
  }
}

/// `tied-in(RELATION)`
public struct TiedInSpec: RelationEffectSpec {
  public static let name = "tied-in"
  public static let documentation = ChoiceDocumentation(
    summary: "ties to whom one has a tie in another relation",
    formula: "s_i = sum_j x_ij w_ij",
    change: "w_ij",
    reference: "Snijders, Lomi & Torlo (2013), doi:10.1016/j.socnet.2012.05.005")
  public let otherRelation: LocatedText
  public init(relation: LocatedText) { otherRelation = relation }
  public var relationFunction: any RelationFunction { TiedThere() }
}

/// `returned-in(RELATION)`
public struct ReturnedInSpec: RelationEffectSpec {
  public static let name = "returned-in"
  public static let documentation = ChoiceDocumentation(
    summary: "ties to those from whom one has a tie in another relation",
    formula: "s_i = sum_j x_ij w_ji",
    change: "w_ji",
    reference: "Snijders, Lomi & Torlo (2013), doi:10.1016/j.socnet.2012.05.005")
  public let otherRelation: LocatedText
  public init(relation: LocatedText) { otherRelation = relation }
  public var relationFunction: any RelationFunction { ReturnedThere() }
}

/// `closed-in(RELATION)`
public struct ClosedInSpec: RelationEffectSpec {
  public static let name = "closed-in"
  public static let documentation = ChoiceDocumentation(
    summary: "ties to partners of partners in another relation",
    formula: "s_i = sum_j x_ij sum_h w_ih w_hj",
    change: "sum_h w_ih w_hj",
    reference: "Snijders, Lomi & Torlo (2013), doi:10.1016/j.socnet.2012.05.005")
  public let otherRelation: LocatedText
  public init(relation: LocatedText) { otherRelation = relation }
  public var relationFunction: any RelationFunction { ClosedThere() }
}

/// `popular-in(RELATION)`
public struct PopularInSpec: RelationEffectSpec {
  public static let name = "popular-in"
  public static let documentation = ChoiceDocumentation(
    summary: "ties to those who receive many in another relation",
    formula: "s_i = sum_j x_ij sum_h w_hj",
    change: "sum_h w_hj",
    reference: "Snijders, Lomi & Torlo (2013), doi:10.1016/j.socnet.2012.05.005")
  public let otherRelation: LocatedText
  public init(relation: LocatedText) { otherRelation = relation }
  public var relationFunction: any RelationFunction { PopularThere() }
}

/// `active-in(RELATION)`
public struct ActiveInSpec: RelationEffectSpec {
  public static let name = "active-in"
  public static let documentation = ChoiceDocumentation(
    summary: "more ties of those who send many in another relation",
    formula: "s_i = sum_j x_ij sum_h w_ih",
    change: "sum_h w_ih",
    reference: "Snijders, Lomi & Torlo (2013), doi:10.1016/j.socnet.2012.05.005")
  public let otherRelation: LocatedText
  public init(relation: LocatedText) { otherRelation = relation }
  public var relationFunction: any RelationFunction { ActiveThere() }
}
