internal import Tables

extension AskedTables {
  /// Answers to the questions that a study can ask of a model beside its coefficients.
  static func ofModel(_ step: String, _ tables: [TidyTable]) -> AskedTables {
    AskedTables(step: step, tables: tables, captions: modelCaptions)
  }

  private static let modelCaptions = [
    ("hypotheses", "Hypotheses, each tested as a whole"),
    ("contrasts", "The equations of each hypothesis"),
    ("equivalence", "Whether differences are shown to be too small to matter"),
    ("comparisons", "Smaller models against this one, by likelihood ratio"),
    ("intervals", "Intervals of coefficients, standard deviations and shares"),
    ("predictions", "Average predictions"),
    ("margins", "Average effects over the rows"),
    ("marginal_effects", "Average effects over the rows"),
    ("explained", "Variance explained"),
    ("school_effects", "Groups, with intervals and the ranks that the data allow"),
    ("influence", "What each group does to the answer"),
    ("residuals", "Residuals at each level"),
  ]
}
