internal import FoundationEssentials

/// A folder of results that appears whole or not at all.
///
/// Files are written to a folder beside the final one, which takes its place in one move when everything
/// is there. A run that is killed leaves the earlier results as they were.
struct OutputFolder: Sendable {
  let path: String
  private let draft: String
  private let contents: Contents

  /// What a folder of this kind holds at its top, so that nothing else is ever replaced.
  struct Contents: Sendable, Hashable {
    let names: Set<String>
    /// The file without which a folder is not of this kind.
    let marker: String

    static let run = Contents(
      names: ["report.html", "report.md", "results.json", "run.lock.json", "tables", "figures"],
      marker: "run.lock.json")
  }

  /// - Throws: ``RunError/file(path:reason:)`` where `path` is taken by anything that is not an earlier
  ///   folder of the same kind.
  init(path: String, contents: Contents) throws(RunError) {
    self.path = try Self.usable(path, for: contents)
    self.contents = contents
    draft = Self.draftPath(for: self.path)
    FileAccess.remove(draft)
    try FileAccess.makeFolder(draft)
  }

  /// Where the files of a folder are gathered until it is whole.
  static func draftPath(for path: String) -> String { trimmed(path) + ".incomplete" }

  /// The path without slashes at its end, if a folder of this kind may stand there.
  static func usable(_ path: String, for contents: Contents) throws(RunError) -> String {
    let path = trimmed(path)
    let last = path.split(separator: "/").last.map(String.init) ?? ""
    guard !last.isEmpty, last != ".", last != ".." else {
      throw .file(
        path: path, reason: "expected a folder of its own for the results, such as out/NAME")
    }
    guard FileAccess.exists(path) else { return path }
    guard FileAccess.isFolder(path) else {
      throw .file(path: path, reason: "a file is in the way: name a folder")
    }
    let present = FileAccess.names(in: path)
    if let foreign = present.first(where: { !contents.names.contains($0) }) {
      throw .file(
        path: path, reason: "holds `\(foreign)`, which no run left: name a folder of its own")
    }
    guard present.isEmpty || present.contains(contents.marker) else {
      throw .file(
        path: path, reason: "is no earlier folder of results: it has no `\(contents.marker)`")
    }
    return path
  }

  private static func trimmed(_ path: String) -> String {
    var path = Substring(path)
    while path.count > 1, path.last == "/" { path.removeLast() }
    return String(path)
  }

  /// Writes a file of the folder; `name` may lead through subfolders.
  func write(_ text: String, to name: String) throws(RunError) {
    let target = "\(draft)/\(name)"
    if let slash = target.lastIndex(of: "/") { try FileAccess.makeFolder(String(target[..<slash])) }
    try FileAccess.write(text, to: target)
  }

  /// Puts the folder in its place.
  func publish() throws(RunError) {
    _ = try Self.usable(path, for: contents)
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
