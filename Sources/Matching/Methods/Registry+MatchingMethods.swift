public import StudyFiles

extension Registry where Kind == any MatchingMethod {
  /// The ways of choosing comparators.
  public static var matchingMethods: Self {
    Registry(
      "matching method",
      [
        Entry(NearestNeighbour.self) { $0 },
        Entry(OptimalPairs.self) { $0 },
        Entry(OptimalFull.self) { $0 },
        Entry(CardinalityMatching.self) { $0 },
        Entry(PropensitySubclasses.self) { $0 },
        Entry(ExactStrata.self) { $0 },
        Entry(CoarsenedExact.self) { $0 },
        Entry(EntropyBalancing.self) { $0 },
        Entry(InverseProbabilityWeights.self) { $0 },
        Entry(OverlapWeights.self) { $0 },
      ])
  }
}
