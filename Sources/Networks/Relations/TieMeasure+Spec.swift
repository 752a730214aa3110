public import StudyFiles

/// A measure of the ties of one relation: `degree` of the first, `degree(practice)` of another.
public protocol TieMeasureSpec: MeasureSpec {
  init(of relation: LocatedText?)
}

extension TieMeasureSpec {
  public init(from section: Section) throws(SpecErrors) {
    guard section.arguments.count <= 1 else {
      throw section.error(
        .rule(
          "expected one relation or none, as in `\(Self.name)(practice)`, found "
            + "\(section.arguments.count)"))
    }
    self.init(of: section.arguments.first)
  }
}

/// `overlap(RELATION)`
public struct OverlapMeasureSpec: MeasureSpec {
  public static let name = "overlap"
  public static let documentation = ChoiceDocumentation(
    summary: "the share of the first relation's ties that are ties of another relation too",
    formula:
      "sum_ij x_ij w_ij / sum_ij x_ij; an undirected tie counts where the other relation has one in "
      + "either direction")
  public let relation: LocatedText?

  public init(from section: Section) throws(SpecErrors) {
    guard section.arguments.count == 1 else {
      throw section.error(
        .rule("expected one relation, as in `overlap(practice)`, found \(section.arguments.count)"))
    }
    relation = section.arguments[0]
  }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    Overlap(name, with: schools.position(relation) ?? 0)
  }
}
