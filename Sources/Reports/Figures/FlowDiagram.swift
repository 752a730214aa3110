/// The way of units from a register to the analysis, in the manner of a CONSORT flow: what each stage holds
/// in each arm, and how many left on the way to it and why.
public struct FlowDiagram: Plot, Hashable {
  public struct Exclusion: Sendable, Hashable {
    public let reason: String
    /// One count an arm; `nil` where it may not be told.
    public let counts: [Int?]

    public init(_ reason: String, _ counts: [Int?]) {
      self.reason = reason
      self.counts = counts
    }
  }

  public struct Stage: Sendable, Hashable {
    public let label: String
    /// One count an arm, or a single one for a stage before arms are told apart.
    public let counts: [Int?]
    /// Who left between the stage before and this one.
    public let exclusions: [Exclusion]

    public init(_ label: String, _ counts: [Int?], excluding exclusions: [Exclusion] = []) {
      self.label = label
      self.counts = counts
      self.exclusions = exclusions
    }
  }

  public let title: String
  public let arms: [String]
  public let stages: [Stage]
  /// What is counted, in the plural.
  public let noun: String

  public init(_ stages: [Stage], arms: [String], noun: String = "schools", title: String? = nil) {
    self.stages = stages
    self.arms = arms
    self.noun = noun
    self.title = title ?? "From register to analysis"
  }

  static func words(_ count: Int?) -> String { count.map(NumberFormat.grouped) ?? "not shown" }

  public var alternative: String {
    guard let first = stages.first, let last = stages.last else {
      return "\(title): no stages to show."
    }
    func counts(of stage: Stage) -> String {
      guard stage.counts.count == arms.count else {
        return stage.counts.map(Self.words).joined(separator: ", ")
      }
      return zip(arms, stage.counts).map { "\($0): \(Self.words($1))" }.joined(separator: ", ")
    }
    var text = "\(title), \(noun). \(first.label) (\(counts(of: first)))"
    if stages.count > 1 { text += " to \(last.label) (\(counts(of: last)))" }
    let reasons = stages.flatMap(\.exclusions)
    if !reasons.isEmpty {
      text += ". Excluded: "
      text += reasons.map { "\($0.reason) (\($0.counts.map(Self.words).joined(separator: ", ")))" }
        .joined(separator: "; ")
    }
    return text + "."
  }
}
