/// Running text with its emphasis, as values: what comes from data is never read as markup.
///
/// A string literal is a `Prose` whose every character stands for itself; interpolation adds the rest:
/// ```swift
/// let text: Prose = "The effect is \(strong: "0.12") SD (95% interval \(interval: 0.03, 0.21, .decimals(2)))."
/// ```
public struct Prose: Sendable, Hashable, Codable {
  public enum Run: Sendable, Hashable, Codable {
    case text(String)
    case emphasis(String)
    case strong(String)
    case code(String)
    /// A link to the section, table or figure with that anchor in the same document.
    case reference(String, anchor: String)
    /// A mark here, the text at the end of the document.
    case footnote(Prose)
  }

  public let runs: [Run]

  public init(_ runs: [Run]) { self.runs = runs }

  /// Every character of `text` stands for itself.
  public init(_ text: String) { self.runs = text.isEmpty ? [] : [.text(text)] }

  /// A message as a sentence: a capital at the start, a full stop at the end, and what stands between
  /// backquotes as code.
  public init(sentence message: String) {
    var runs: [Run] = []
    for (index, piece) in message.split(separator: "`", omittingEmptySubsequences: false)
      .enumerated() where !piece.isEmpty
    {
      runs.append(index.isMultiple(of: 2) ? .text(String(piece)) : .code(String(piece)))
    }
    if case .text(let first) = runs.first {
      runs[0] = .text(first.prefix(1).uppercased() + first.dropFirst())
    }
    if let last = message.last, !".!?".contains(last) { runs.append(.text(".")) }
    self.runs = runs
  }

  public var isEmpty: Bool { runs.isEmpty }

  /// The words alone, for places that hold no markup; footnotes are left out.
  public var plain: String {
    runs.map { run in
      switch run {
      case .text(let text), .emphasis(let text), .strong(let text), .code(let text): text
      case .reference(let text, _): text
      case .footnote: ""
      }
    }.joined()
  }

  public static func + (left: Prose, right: Prose) -> Prose { Prose(left.runs + right.runs) }
}

extension Prose: ExpressibleByStringInterpolation {
  public init(stringLiteral value: String) { self.init(value) }

  public init(stringInterpolation: StringInterpolation) { self.init(stringInterpolation.runs) }

  public struct StringInterpolation: StringInterpolationProtocol, Sendable {
    var runs: [Run] = []

    public init(literalCapacity: Int, interpolationCount: Int) {}

    public mutating func appendLiteral(_ literal: String) { append(.text(literal)) }
    public mutating func appendInterpolation(_ text: String) { append(.text(text)) }
    public mutating func appendInterpolation(_ prose: Prose) { runs += prose.runs }
    public mutating func appendInterpolation(_ count: Int) {
      append(.text(NumberFormat.grouped(count)))
    }
    public mutating func appendInterpolation(_ value: Double, _ format: NumberFormat) {
      append(.text(format.text(value)))
    }
    public mutating func appendInterpolation(
      interval low: Double, _ high: Double, _ format: NumberFormat
    ) {
      append(.text(format.interval(low, high)))
    }
    public mutating func appendInterpolation(emphasis text: String) { append(.emphasis(text)) }
    public mutating func appendInterpolation(strong text: String) { append(.strong(text)) }
    public mutating func appendInterpolation(code text: String) { append(.code(text)) }
    public mutating func appendInterpolation(reference text: String, to anchor: String) {
      append(.reference(text, anchor: anchor))
    }
    public mutating func appendInterpolation(footnote note: Prose) { append(.footnote(note)) }

    private mutating func append(_ run: Run) {
      if case .text("") = run { return }
      runs.append(run)
    }
  }
}
