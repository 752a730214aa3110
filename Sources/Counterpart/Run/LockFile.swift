internal import Tables

/// A lock as read back from a folder of results.
struct LockFile: Sendable {
  let json: JSON

  /// - Throws: ``RunError/file(path:reason:)`` where there is none, or it is not JSON.
  init(folder: String) throws(RunError) {
    let path = "\(folder)/run.lock.json"
    guard FileAccess.exists(path) else {
      throw .file(
        path: path, reason: "there is no earlier run to compare with: use `counterpart run` first")
    }
    let text = try FileAccess.read(path)
    do { json = try JSON(parsing: text) } catch {
      throw .file(
        path: path, reason: "is damaged: expected the JSON that a run leaves; run the study again")
    }
  }

  var machine: JSON? { json["machine"] }

  /// The hash of each table, by name.
  var tables: [String: String] {
    (json["tables"]?.object ?? [:]).compactMapValues { $0["sha256"]?.string }
  }

  /// What differs around two runs, in sentences.
  func changes(to other: LockFile) -> [String] {
    var found: [String] = []
    if json["counterpart"] != other.json["counterpart"] {
      found.append(
        "version \(json["counterpart"]?.string ?? "?") before, "
          + "\(other.json["counterpart"]?.string ?? "?") now")
    }
    if json["study"] != other.json["study"] { found.append("the study file has changed") }
    if json["overrides"] != other.json["overrides"] {
      found.append("other settings were given on the command line")
    }
    let before = json["inputs"]?.object ?? [:]
    let after = other.json["inputs"]?.object ?? [:]
    for path in Set(before.keys).union(after.keys).sorted() where before[path] != after[path] {
      found.append("input \(path) has changed")
    }
    if machine != other.machine {
      found.append("another kind of machine or another BLAS: values are compared, not bytes")
    }
    return found
  }
}
