internal import Designs
internal import StudyFiles

/// Reads an expression of a study file, with its errors at their line and column.
func expression(_ text: LocatedText, path: String) throws(SpecErrors) -> Expression {
  do throws(ExpressionError) { return try Expression(parsing: text.text) } catch {
    throw SpecErrors(located(error, in: text, path: path))
  }
}

/// An expression's error where it stands in the study file.
func located(_ error: ExpressionError, in text: LocatedText, path: String) -> SpecError {
  let reason: SpecError.Reason =
    switch error.reason {
    case .unknownName(let name, let kind, let known):
      .unknownName(name, kind: kind.rawValue, known: known)
    default: .rule("\(error.reason)")
    }
  return SpecError(reason, path: path, at: text.location(atCharacter: error.offset))
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
