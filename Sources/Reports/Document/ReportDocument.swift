/// A report as a value: what it says and shows, with no word about how it is written to a page.
///
/// The same document becomes ``HTMLReport`` and ``MarkdownReport``. It knows nothing of methods: whoever
/// builds it has turned results into tidy tables, figures and prose.
public struct ReportDocument: Sendable, Hashable {
  public let title: String
  /// The question that the study asks, in its own words.
  public let question: Prose?
  /// One line below the title, such as the kind of report.
  public let subtitle: String?
  /// Who, what and which version; free of dates, so that the same study gives the same bytes.
  public let metadata: [Fact]
  public let answer: Answer?
  public let sections: [ReportSection]
  /// The natural language of the text (BCP 47), for screen readers and hyphenation.
  public let language: String

  public init(
    title: String, question: Prose? = nil, subtitle: String? = nil, metadata: [Fact] = [],
    answer: Answer? = nil, sections: [ReportSection], language: String = "en-GB"
  ) {
    self.title = title
    self.question = question
    self.subtitle = subtitle
    self.metadata = metadata
    self.answer = answer
    self.sections = sections
    self.language = language
  }

  /// Every figure in the order of the document, that of the answer first.
  public var figures: [Figure] {
    (answer?.figure.map { [$0] } ?? []) + sections.flatMap(\.figures)
  }
}

/// A name and what it stands for, one line of a definition list.
public struct Fact: Sendable, Hashable, Codable {
  public let term: String
  public let detail: Prose

  public init(_ term: String, _ detail: Prose) {
    self.term = term
    self.detail = detail
  }
}

/// What the report leads with: the answer in a sentence, its interval, a picture, and what to beware of.
public struct Answer: Sendable, Hashable, Codable {
  public let sentence: Prose
  /// The estimate with its uncertainty, such as `0.12 SD (95% interval 0.03 to 0.21)`.
  public let interval: String?
  public let details: [Prose]
  /// What a reader must know before using the answer; none where nothing is in doubt.
  public let cautions: [Prose]
  public let figure: Figure?

  public init(
    _ sentence: Prose, interval: String? = nil, details: [Prose] = [], cautions: [Prose] = [],
    figure: Figure? = nil
  ) {
    self.sentence = sentence
    self.interval = interval
    self.details = details
    self.cautions = cautions
    self.figure = figure
  }
}

/// A numbered part of the report, with its own anchor.
public struct ReportSection: Sendable, Hashable, Codable {
  public let title: String
  public let anchor: String
  public let blocks: [Block]
  public let subsections: [ReportSection]
  /// Whether only its title stands on the page until a reader opens it.
  public let isFolded: Bool

  /// - Parameter anchor: Where links point; the title in lower case with hyphens if none is given.
  public init(
    _ title: String, anchor: String? = nil, _ blocks: [Block], subsections: [ReportSection] = [],
    isFolded: Bool = false
  ) {
    self.title = title
    self.anchor = Reports.anchor(for: anchor ?? title, fallback: "section")
    self.blocks = blocks
    self.subsections = subsections
    self.isFolded = isFolded
  }

  var figures: [Figure] {
    blocks.compactMap { block in
      guard case .figure(let figure) = block else { return nil }
      return figure
    } + subsections.flatMap(\.figures)
  }
}
