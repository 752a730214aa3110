public import StudyFiles

extension LeaveOneOut {
  public static let name = "leave-one-out"

  public static let documentation = ChoiceDocumentation(
    summary: "the design's estimate without each group of a column in turn",
    formula: "the design's effect over the sets that are left",
    reference: "Rosenbaum 2010, DOI 10.1007/978-1-4419-1213-8")

  static let columnKey = Key(
    "column", .text("the name of a column"), "whose groups are left out, such as the authority")

  static let rematchKey = Key(
    "rematch", .flag, default: false, shown: "false",
    "whether units are matched anew without each group")

  public static let keys = [AnyKey(columnKey), AnyKey(rematchKey)]

  public init(from section: Section) throws(SpecErrors) {
    self.init(
      column: try section.read(Self.columnKey), rematch: try section.read(Self.rematchKey))
  }

  public func problems(_ setting: SensitivitySetting) -> [SpecError] {
    setting.problems(column, numbers: false)
  }
}
