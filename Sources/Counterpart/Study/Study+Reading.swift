internal import FoundationEssentials
internal import StudyFiles

extension Study {
  /// Reads a study file.
  ///
  /// - Throws: ``RunError/file(path:reason:)`` where the file cannot be read, ``RunError/study(_:)`` with
  ///   everything that is wrong in it.
  public init(reading file: String, overrides: [Override] = []) throws(RunError) {
    let bytes = try FileAccess.readData(file)
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw .file(path: file, reason: "is UTF-16 text, expected UTF-8: save it as UTF-8")
    }
    var text = String(decoding: bytes, as: UTF8.self)
    // Some editors start a file with a byte-order mark, which YAML does not know.
    if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
    do throws(SpecErrors) {
      try self.init(yaml: text, file: file, overrides: overrides)
    } catch { throw .study(error) }
  }
}
