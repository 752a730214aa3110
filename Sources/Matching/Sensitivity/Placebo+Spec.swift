public import StudyFiles

extension Placebo {
  public static let name = "placebo"

  public static let documentation = ChoiceDocumentation(
    summary: "the design's estimate of what treatment cannot have changed",
    formula: "the design's effect with another column as outcome",
    reference: "Lipsitch, Tchetgen Tchetgen & Cohen 2010, DOI 10.1097/EDE.0b013e3181d61eeb")

  static let columnsKey = Key(
    "columns", .list(of: .text("the name of a column"), atLeast: 1),
    "outcomes of years before treatment, or outcomes that it does not touch")

  public static let keys = [AnyKey(columnsKey)]

  public init(from section: Section) throws(SpecErrors) {
    self.init(columns: try section.read(Self.columnsKey))
  }
}
