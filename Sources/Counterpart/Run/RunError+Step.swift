internal import Networks
internal import StudyFiles

extension RunError {
  /// What kept a step from being done: of its data, with the place of the step in the study file, or else that it could not be
  /// estimated.
  static func step(_ context: StepContext, _ problem: some DataFault) -> RunError {
    guard problem.isOfData else {
      return .estimation(step: context.name, reason: "\(problem)")
    }
    return data(context, "\(problem)")
  }

  /// Data that a step cannot use.
  static func data(_ context: StepContext, _ problem: String) -> RunError {
    let place = context.study.steps.first { $0.name.text == context.name }?.name.location
    return .data([(place.map { "\($0): " } ?? "") + "step `\(context.name)`: \(problem)"])
  }
}
