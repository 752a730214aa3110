internal import Tables

extension AskedTables {
  /// Answers to the questions that a study can ask of a model beside its coefficients.
  static func ofModel(_ step: String, _ tables: [TidyTable]) -> AskedTables {
    AskedTables(step: step, tables: tables, captions: modelCaptions)
  }

  private static let modelCaptions = [
    ("marginal_effects", "Average effects over the rows"),
    ("explained", "Variance explained"),
    ("school_effects", "Groups, with intervals and the ranks that the data allow"),
    ("influence", "What each group does to the answer"),
    ("residuals", "Residuals at each level"),
  ]
}
