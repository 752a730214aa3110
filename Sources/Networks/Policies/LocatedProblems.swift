internal import Designs
internal import StudyFiles

/// Reads an expression of a study file, with its errors at their line and column.
func expression(_ text: LocatedText, path: String) throws(SpecErrors) -> Expression {
  do throws(ExpressionError) { return try Expression(parsing: text.text) } catch {
    throw SpecErrors(SpecError(error, in: text, path: path))
  }
}

/// What is wrong with a column's name in a row of the actors, if anything.
func columnProblem(
  _ name: LocatedText, path: String, in data: DataSet, actors: String
) -> SpecError? {
  do throws(NameError) { _ = try data.resolve(name.text, from: actors) } catch {
    return SpecError(error, at: name, path: path)
  }
  return nil
}

/// What is wrong with a table's name, if anything.
func tableProblem(_ name: LocatedText, path: String, in data: DataSet) -> SpecError? {
  guard data[table: name.text] == nil else { return nil }
  return SpecError(
    .unknownName(name.text, kind: "table", known: data.tableNames), path: path, at: name.location)
}
