internal import StudyFiles

extension Study {
  /// Reads a study file.
  ///
  /// - Throws: ``RunError/file(path:reason:)`` where the file cannot be read, ``RunError/study(_:)`` with
  ///   everything that is wrong in it.
  public init(reading file: String, overrides: [Override] = []) throws(RunError) {
    var text = try FileAccess.read(file)
    // Some editors start a file with a byte-order mark, which YAML does not know.
    if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
    do throws(SpecErrors) {
      try self.init(yaml: text, file: file, overrides: overrides)
    } catch { throw .study(error) }
  }
}
