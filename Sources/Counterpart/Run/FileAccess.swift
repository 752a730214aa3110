internal import FoundationEssentials

/// Reading and writing whole files, with errors that name the path.
enum FileAccess {
  static func read(_ path: String) throws(RunError) -> String {
    String(decoding: try readData(path), as: UTF8.self)
  }

  static func readData(_ path: String) throws(RunError) -> Data {
    try requireFile(path)
    do { return try Data(contentsOf: URL(filePath: path)) } catch {
      throw .file(path: path, reason: "cannot be read: \(reason(error))")
    }
  }

  /// A file that is there and may be read.
  static func requireReadable(_ path: String) throws(RunError) {
    try requireFile(path)
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw .file(path: path, reason: "cannot be read: no permission")
    }
  }

  private static func requireFile(_ path: String) throws(RunError) {
    var isFolder = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw .file(path: path, reason: "there is no such file")
    }
    guard !isFolder else { throw .file(path: path, reason: "expected a file, found a folder") }
  }

  static func write(_ text: String, to path: String) throws(RunError) {
    do {
      try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw .file(path: path, reason: "cannot be written: \(reason(error))")
    }
  }

  static func makeFolder(_ path: String) throws(RunError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw .file(path: path, reason: "cannot be made: \(reason(error))")
    }
  }

  /// What the system said, in words.
  static func reason(_ error: any Error) -> String {
    guard let error = error as? CocoaError else { return "\(error)" }
    return switch error.code {
    case .fileReadNoPermission, .fileWriteNoPermission: "no permission"
    case .fileWriteOutOfSpace: "the disk is full"
    case .fileWriteVolumeReadOnly: "the disk is read-only"
    case .fileWriteFileExists: "something of that name is in the way"
    default: "the system refused it (code \(error.code.rawValue))"
    }
  }

  static func isFolder(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

  /// The names of the files of a folder, sorted; empty where there is no such folder.
  static func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }
}
