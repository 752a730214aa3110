/// Something a study can ask for by name: a matching method, a distance, a network effect, a policy.
///
/// It carries its settings as values, so that what is printed is what will run.
public protocol Choice: Sendable {
  /// The name in the study file.
  static var name: String { get }
  /// What it is, formula and source: what `counterpart describe` prints.
  static var documentation: ChoiceDocumentation { get }
  /// Its settings, each with meaning, accepted values and default.
  static var keys: [AnyKey] { get }
  /// Reads the settings. Single keys have been checked by then; rules between keys are checked here.
  init(from section: Section) throws(SpecErrors)
}

/// What `describe` says about a choice.
public struct ChoiceDocumentation: Sendable, Hashable {
  /// One sentence.
  public let summary: String
  /// The defining equation or algorithm, in plain text.
  public let formula: String
  /// The paper or manual it comes from.
  public let reference: String

  public init(summary: String, formula: String = "", reference: String = "") {
    self.summary = summary
    self.formula = formula
    self.reference = reference
  }
}
