internal import Networks
internal import StudyFiles

extension RunError {
  /// What keeps a step from its result, with the exit code that says who can put it right.
  ///
  /// - Parameter location: of the step in the study file.
  init(
    _ problem: some Error & CustomStringConvertible, _ fault: Fault, step: String,
    at location: SourceLocation
  ) {
    switch fault {
    case .study:
      self = .study(
        SpecErrors(
          SpecError(.rule(problem.description), path: "steps.\(step)", at: location)))
    // The place of a row comes first, as in other problems of data.
    case .data: self = .data(["\(problem) (step `\(step)` at \(location))"])
    case .model: self = .estimation(step: step, reason: problem.description)
    }
  }
}
