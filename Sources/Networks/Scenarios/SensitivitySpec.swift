internal import Probability
internal import StudyFiles
internal import Tables

/// `sensitivity: {method: sobol, draws: 256, of: [mean(attainment)]}`
struct SensitivitySpec: Sendable {
  enum Method: String, CaseIterable, Sendable { case sobol, morris }

  static let method = Key<Method>(
    "method", .oneOf("method of sensitivity"), default: .sobol, shown: "sobol",
    "Sobol indices, or Morris screening where factors are many")
  static let draws = Key(
    "draws", .integer("a whole number from 4 to 100000", atLeast: 4, atMost: 100_000), default: 128,
    shown: "128",
    "draws of the parameters, or paths; each takes a replicate for every factor and two or "
      + "three more")
  static let measures = Key(
    "of", ValueFormat<[LocatedText]>.list(of: .text("a reported measure"), atLeast: 1),
    default: [], shown: "all that are reported", "of which measures")

  let method: Method
  let draws: Int
  let measures: [LocatedText]

  static let format = ValueFormat<SensitivitySpec>.section(
    "`{method: sobol, draws: 256}`", keys: [AnyKey(method), AnyKey(draws), AnyKey(measures)]
  ) { (section) throws(SpecErrors) in
    SensitivitySpec(
      method: try section.read(method), draws: try section.read(draws),
      measures: try section.read(measures))
  }

  func run(
    _ scenario: Scenario, outcome: String?, seed: Seed, threads: Int
  ) throws(ScenarioError) -> [TidyTable] {
    let design = Sensitivity(
      scenario: scenario, seed: seed, threads: threads,
      measures: measures.isEmpty ? scenario.measures.map(\.name) : measures.map(\.text))
    switch method {
    case .sobol: return [TidyTable("sensitivity", try design.sobol(draws))]
    case .morris: return [TidyTable("screening", try design.morris(draws))]
    }
  }
}
