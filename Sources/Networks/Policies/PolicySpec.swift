public import Designs
public import StudyFiles

/// An action of a policy as a study writes it: `{support: {eligible: fsm > 30, raise: 1.0}}`.
public protocol PolicySpec: Choice {
  /// Finds names that mean nothing among the actors.
  func problems(in data: DataSet, actors: String) -> [SpecError]
  /// The action among the given actors.
  func action(in data: DataSet, actors: String) throws(ScenarioError) -> any PolicyAction
}

extension Registry where Kind == any PolicySpec {
  /// All actions that policies can be made of, in the order in which they are documented.
  public static let policies = Registry("policy", [Entry(SupportSpec.self) { $0 }])
}
