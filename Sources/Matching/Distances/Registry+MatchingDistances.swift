public import StudyFiles

extension Registry where Kind == any MatchingDistance {
  /// The ways of saying how unlike two units are.
  public static var matchingDistances: Self {
    Registry(
      "distance",
      [
        Entry(PropensityScore.self) { $0 },
        Entry(Mahalanobis.self) { $0 },
        Entry(RobustMahalanobis.self) { $0 },
        Entry(ScaledEuclidean.self) { $0 },
        Entry(ScoreColumn.self) { $0 },
      ])
  }
}
