internal import FoundationEssentials

/// A folder of results that appears whole or not at all.
///
/// Files are written to a folder beside the final one, which takes its place in one move when everything
/// is there. A run that is killed leaves the earlier results as they were.
struct OutputFolder: Sendable {
  let path: String
  private let draft: String

  init(path: String) throws(RunError) {
    self.path = path
    draft = Self.draftPath(for: path)
    FileAccess.remove(draft)
    try FileAccess.makeFolder(draft)
  }

  /// Where the files of a folder are gathered until it is whole.
  static func draftPath(for path: String) -> String { path + ".incomplete" }

  /// Writes a file of the folder; `name` may lead through subfolders.
  func write(_ text: String, to name: String) throws(RunError) {
    let target = "\(draft)/\(name)"
    if let slash = target.lastIndex(of: "/") { try FileAccess.makeFolder(String(target[..<slash])) }
    try FileAccess.write(text, to: target)
  }

  /// Puts the folder in its place.
  func publish() throws(RunError) {
    let old = path + ".replaced"
    FileAccess.remove(old)
    do {
      if FileAccess.exists(path) {
        try FileManager.default.moveItem(atPath: path, toPath: old)
      }
      try FileManager.default.moveItem(atPath: draft, toPath: path)
    } catch {
      throw .file(path: path, reason: "cannot be replaced: \(FileAccess.reason(error))")
    }
    FileAccess.remove(old)
  }

  /// Takes away what has been written so far.
  func discard() { FileAccess.remove(draft) }
}
