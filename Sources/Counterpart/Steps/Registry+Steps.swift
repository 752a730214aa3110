public import StudyFiles

extension Registry where Kind == any StudyStep {
  /// The kinds of step. Add one here, and nowhere else.
  public static var steps: Self {
    Self(
      "kind of step",
      [
        Entry(DescriptionStudyStep.self) { $0 }, Entry(EquivalenceStudyStep.self) { $0 },
        Entry(FamiliesStudyStep.self) { $0 }, Entry(FormationStudyStep.self) { $0 },
        Entry(SummaryFormationStudyStep.self) { $0 },
        Entry(ImputeStudyStep.self) { $0 },
        Entry(MatchStudyStep.self) { $0 },
        Entry(MultilevelStudyStep.self) { $0 }, Entry(PowerStudyStep.self) { $0 },
        Entry(RehearseStudyStep.self) { $0 },
        Entry(SensitivityStudyStep.self) { $0 },
        Entry(ScenariosStudyStep.self) { $0 },
        Entry(EventStudyStudyStep.self) { $0 }, Entry(UseStudyStep.self) { $0 },
      ])
  }
}
