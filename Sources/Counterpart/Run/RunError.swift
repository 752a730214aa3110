public import StudyFiles

/// Why a run stopped, with the exit code that tells a script.
public enum RunError: Error, Sendable, CustomStringConvertible {
  /// The study file or the command line is wrong.
  case study(SpecErrors)
  /// The data are wrong: each problem names file, line and column where it has them.
  case data([String])
  /// A step could not be estimated.
  case estimation(step: String, reason: String)
  /// A file could not be read or written.
  case file(path: String, reason: String)

  /// 2 for the study file or command line, 3 for data, 4 for what could not be estimated.
  public var exitCode: Int32 {
    switch self {
    case .study, .file: 2
    case .data: 3
    case .estimation: 4
    }
  }

  public var description: String {
    switch self {
    case .study(let errors): errors.description
    case .data(let problems): problems.joined(separator: "\n")
    case .estimation(let step, let reason): "step `\(step)`: \(reason)"
    case .file(let path, let reason): "\(path): \(reason)"
    }
  }
}
