internal import StudyFiles

extension Study {
  /// Reads a study file.
  ///
  /// - Throws: ``RunError/file(path:reason:)`` where the file cannot be read, ``RunError/study(_:)`` with
  ///   everything that is wrong in it.
  public init(reading file: String, overrides: [Override] = []) throws(RunError) {
    let text = try FileAccess.read(file)
    do throws(SpecErrors) {
      try self.init(yaml: text, file: file, overrides: overrides)
    } catch { throw .study(error) }
  }
}
