internal import Designs
public import StudyFiles
internal import Tables

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

  public func problems(_ setting: SensitivitySetting) -> [SpecError] {
    columns.flatMap { name in setting.problems(name, numbers: true) }
  }
}

extension SensitivitySetting {
  /// What is wrong with a column's name, seen from the match's table.
  func problems(_ name: LocatedText, numbers: Bool) -> [SpecError] {
    guard let table = match.data?.text else { return [] }
    do throws(NameError) {
      let found = try data.resolve(name.text, from: table)
      if numbers, case .codes = found.column.storage {
        return [
          SpecError(
            .wrongType(expected: "a column of numbers", found: "the category `\(name.text)`"),
            path: path, at: name.location)
        ]
      }
      return []
    } catch { return [SpecError(error, at: name, path: path)] }
  }
}
