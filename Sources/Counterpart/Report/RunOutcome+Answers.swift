internal import Multilevel

extension RunOutcome {
  /// The results whose answers are about the study's question: where a model says what partnership did, how much
  /// schools differ in other models is no answer.
  var telling: [NamedResult] {
    let asking = Set(
      OutcomeFamily.models(of: study).filter { $0.model.step.effect != nil }.map(\.step))
    return results.filter {
      asking.isEmpty || $0.kind != MultilevelStudyStep.name || asking.contains($0.name)
    }
  }
}
