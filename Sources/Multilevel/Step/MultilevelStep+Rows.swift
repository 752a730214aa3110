internal import StudyFiles

extension MultilevelStep {
  /// The keys of what the step asks for and sums over rows cannot answer.
  public var questionsThatNeedRows: [String] {
    var keys: [String] = []
    if case .bootstrap = inference.intervals { keys.append("intervals: bootstrap") }
    if !inference.comparisons.isEmpty { keys.append("compare") }
    if !inference.predictions.isEmpty { keys.append("predict") }
    if !inference.margins.isEmpty { keys.append("margins") }
    return keys + further.askedKeys
  }
}
