public import Reports
internal import Tables

/// What a run says at its end: the answers, what to be careful about, and where everything is.
public struct RunSummary: Sendable {
  /// The answer of each step that has one.
  public let answers: [(step: String, answer: Answer)]
  /// Warnings, with the step they belong to.
  public let warnings: [(step: String, message: String)]
  /// What the study demands of its design and does not get, with the step.
  public let failures: [(step: String, message: String)]
  public let folder: String

  init(outcome: RunOutcome, folder: String) {
    answers = outcome.telling.compactMap { named in
      named.result.answer.map { (named.name, $0) }
    }
    warnings = outcome.diagnostics.filter { $0.diagnostic.severity == .warning }.map {
      ($0.step, $0.diagnostic.message)
    }
    failures = outcome.results.flatMap { named in
      named.result.failures.map { (named.name, $0) }
    }
    self.folder = folder
  }

  public var text: String {
    var lines = answers.map {
      "\($0.step): \($0.answer.sentence.plain)" + ($0.answer.interval.map { " [\($0)]" } ?? "")
    }
    if !warnings.isEmpty {
      lines += ["", "Read with care:"]
      lines += warnings.map { "  \($0.step): \($0.message)" }
    }
    if !failures.isEmpty {
      lines += ["", "The study's own demands are not met:"]
      lines += failures.map { "  \($0.step): \($0.message)" }
    }
    lines += ["", "Report:  \(folder)/report.html", "Tables:  \(folder)/tables/"]
    return lines.joined(separator: "\n")
  }
}
