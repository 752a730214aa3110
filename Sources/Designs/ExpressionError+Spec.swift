public import StudyFiles

extension SpecError {
  /// An error in an expression or formula of a study file, at its place in the text.
  public init(_ error: ExpressionError, in text: LocatedText, path: String) {
    self.init(error.reason.specReason, path: path, at: text.location(atCharacter: error.offset))
  }

  /// A name of a study file that means nothing, or two things, in the data.
  public init(_ error: NameError, at name: LocatedText, path: String) {
    let reason: Reason =
      switch error {
      case .unknown(let name, let kind, let known): .unknownName(name, kind: kind, known: known)
      case .ambiguous: .rule(error.description)
      }
    self.init(reason, path: path, at: name.location)
  }
}

extension ExpressionError.Reason {
  fileprivate var specReason: SpecError.Reason {
    switch self {
    case .unknownName(let name, let kind, let known):
      .unknownName(name, kind: kind.rawValue, known: known)
    case .notAvailable(let name): .notAvailable(name)
    case .wrongType(let expected, let found): .wrongType(expected: expected, found: found)
    default: .rule(description)
    }
  }
}
