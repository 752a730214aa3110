public import Tables

/// One piece of a section.
public enum Block: Sendable, Hashable, Codable {
  case paragraph(Prose)
  case list([Prose])
  case numbered([Prose])
  case definitions([Fact])
  case keyFigures([KeyFigure])
  case callout(Callout)
  case table(TableView)
  case figure(Figure)
  case checklist([ChecklistItem])
  /// Text to copy, such as the command that runs the study again.
  case code(String)

  /// One callout for each diagnostic, warnings first.
  public static func diagnostics(_ diagnostics: [Diagnostic]) -> [Block] {
    (diagnostics.filter { $0.severity == .warning } + diagnostics.filter { $0.severity == .note })
      .map { .callout(Callout($0)) }
  }
}

/// A number that stands out, with what it is.
public struct KeyFigure: Sendable, Hashable, Codable {
  public let value: String
  public let label: String
  public let detail: String?

  public init(_ value: String, _ label: String, detail: String? = nil) {
    self.value = value
    self.label = label
    self.detail = detail
  }
}

/// A boxed remark; its kind stands in words, not in colour alone.
public struct Callout: Sendable, Hashable, Codable {
  public let severity: Diagnostic.Severity
  public let message: Prose
  /// The diagnostic's stable name, by which `results.json` has it too.
  public let code: String?

  public init(_ severity: Diagnostic.Severity, _ message: Prose, code: String? = nil) {
    self.severity = severity
    self.message = message
    self.code = code
  }

  public init(_ diagnostic: Diagnostic) {
    self.init(diagnostic.severity, Prose(sentence: diagnostic.message), code: diagnostic.code)
  }

  var heading: String {
    switch severity {
    case .note: "Note"
    case .warning: "Warning"
    }
  }
}

/// One line of a checklist and where it stands.
public struct ChecklistItem: Sendable, Hashable, Codable {
  public enum State: String, Sendable, Hashable, Codable {
    case met
    case notMet
    case notApplicable

    var words: String {
      switch self {
      case .met: "Met"
      case .notMet: "Not met"
      case .notApplicable: "Not applicable"
      }
    }

    var symbol: String {
      switch self {
      case .met: "✓"
      case .notMet: "✗"
      case .notApplicable: "–"
      }
    }
  }

  public let state: State
  public let text: Prose

  public init(_ state: State, _ text: Prose) {
    self.state = state
    self.text = text
  }
}
