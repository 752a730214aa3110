internal import Designs
internal import StudyFiles

/// A rule that says which schools something is for: one comparison of a column with a number.
struct Eligibility: Sendable {
  private enum Relation: String, CaseIterable, Sendable {
    case atLeast = ">="
    case atMost = "<="
    case equal = "=="
    case different = "!="
    case above = ">"
    case below = "<"
  }

  private let column: LocatedText
  private let relation: Relation
  private let bound: Double
  private let path: String

  init(_ source: LocatedText, path: String) throws(SpecErrors) {
    let expected = "a comparison of a column with a number, as in `fsm > 30`"
    let problem = SpecErrors(
      SpecError(
        .wrongType(expected: expected, found: "`\(source.text)`"), path: path, at: source.location))
    let words = source.text.split(separator: " ").map(String.init)
    guard words.count == 3, let relation = Relation(rawValue: words[1]),
      let bound = Double(words[2])
    else { throw problem }
    column = LocatedText(words[0], at: source.location)
    self.relation = relation
    self.bound = bound
    self.path = path
  }

  func problems(in data: DataSet, actors: String) -> [SpecError] {
    columnProblem(column, path: path, in: data, actors: actors).map { [$0] } ?? []
  }

  /// For each actor; a missing value is not eligible.
  func holds(in data: DataSet, actors: String) throws(ScenarioError) -> [Bool] {
    let values = try ActorData(data, table: actors, locations: nil).numbers(column.text)
    return values.map { value in
      switch relation {
      case .atLeast: value >= bound
      case .atMost: value <= bound
      case .equal: value == bound
      case .different: value != bound
      case .above: value > bound
      case .below: value < bound
      }
    }
  }
}

/// What is wrong with a column's name in a row of the actors, if anything.
func columnProblem(
  _ name: LocatedText, path: String, in data: DataSet, actors: String
) -> SpecError? {
  do throws(NameError) { _ = try data.resolve(name.text, from: actors) } catch {
    let reason: SpecError.Reason =
      switch error {
      case .unknown(let name, let kind, let known): .unknownName(name, kind: kind, known: known)
      case .ambiguous: .rule(error.description)
      }
    return SpecError(reason, path: path, at: name.location)
  }
  return nil
}
