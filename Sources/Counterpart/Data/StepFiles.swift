internal import StudyFiles

/// The files that steps read beside the study's tables.
enum StepFiles {
  /// Hash of each by its path in the study.
  ///
  /// - Throws: ``RunError/study(_:)`` with every file that is not there.
  static func hashes(of study: Study) throws(RunError) -> [String: String] {
    var hashes: [String: String] = [:]
    var problems: [SpecError] = []
    for named in study.steps {
      for (file, path) in named.step.inputFiles {
        let place = study.resolve(path: file.text)
        guard FileAccess.exists(place) else {
          problems.append(
            SpecError(
              .rule("there is no file `\(place)`; paths start from the study file's folder"),
              path: path, at: file.location))
          continue
        }
        hashes[file.text] = Digest.of(try FileAccess.readData(place))
      }
    }
    guard problems.isEmpty else { throw .study(SpecErrors(problems)) }
    return hashes
  }
}
