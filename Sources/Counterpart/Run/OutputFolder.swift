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
    Self.removeOrphans(of: self.path)
    FileAccess.remove(draft)
    try FileAccess.makeFolder(draft)
  }

  /// Where this process gathers the files of a folder until it is whole: runs at the same time keep apart.
  static func draftPath(for path: String) -> String {
    "\(trimmed(path))\(draftMark)\(ProcessInfo.processInfo.processIdentifier)"
  }

  private static let draftMark = ".incomplete-"

  /// Takes away the drafts of runs that were killed: those whose process is gone.
  private static func removeOrphans(of path: String) {
    guard FileAccess.isFolder("/proc/self") else { return }
    let (folder, name) = parts(of: path)
    for sibling in FileAccess.names(in: folder) where sibling.hasPrefix(name + draftMark) {
      let process = sibling.dropFirst(name.count + draftMark.count)
      if Int(process) != nil, !FileAccess.exists("/proc/\(process)") {
        FileAccess.remove("\(folder)/\(sibling)")
      }
    }
  }

  private static func parts(of path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    return (
      slash == path.startIndex ? "/" : String(path[..<slash]),
      String(path[path.index(after: slash)...])
    )
  }

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

  /// Puts the folder in its place. Of runs that end at the same moment the last one stays.
  func publish() throws(RunError) {
    let old = draft + ".replaced"
    var attempts = 0
    while true {
      _ = try Self.usable(path, for: contents)
      FileAccess.remove(old)
      // Another run may take the place, or clear it, between these two moves.
      try? FileManager.default.moveItem(atPath: path, toPath: old)
      do {
        try FileManager.default.moveItem(atPath: draft, toPath: path)
        break
      } catch {
        attempts += 1
        guard attempts < 20, FileAccess.exists(draft) else {
          throw .file(path: path, reason: "cannot be replaced: \(FileAccess.reason(error))")
        }
      }
    }
    FileAccess.remove(old)
  }

  /// Takes away what has been written so far.
  func discard() { FileAccess.remove(draft) }
}
