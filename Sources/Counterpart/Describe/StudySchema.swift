internal import StudyFiles
public import Tables

/// The JSON Schema of the study file, for editors, from the keys that parse it.
public enum StudySchema {
  public static var json: JSON {
    guard case .object(var fields) = objectSchema(Study.Keys.all) else { return .null }
    fields["$schema"] = "http://json-schema.org/draft-07/schema#"
    fields["title"] = .string("Counterpart study, version 1")
    return .object(fields)
  }
}
