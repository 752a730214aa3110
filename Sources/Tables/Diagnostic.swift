/// A doubt about a result: it travels with the result into the report, and no library ever prints it.
public struct Diagnostic: Sendable, Hashable, Codable {
  public enum Severity: String, Sendable, Hashable, Codable {
    /// Worth knowing; nothing is in doubt.
    case note
    /// A reader must know it before using the number.
    case warning
  }

  public let severity: Severity
  /// A stable name to test for, such as `singular-fit`.
  public let code: String
  /// What was found, in a sentence that stands alone: names, counts, and what to do.
  public let message: String

  public init(_ severity: Severity, code: String, _ message: String) {
    self.severity = severity
    self.code = code
    self.message = message
  }
}
