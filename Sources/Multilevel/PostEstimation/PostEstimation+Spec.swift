internal import StudyFiles

/// How questions about a fitted model are written: as keys of the `multilevel` step.
extension PostEstimation {
  static let schoolEffectsKey = Key(
    "school_effects",
    ValueFormat<[LocatedText]>.list(of: .text("a grouping factor of the formula")), default: [],
    shown: "none",
    "Grouping factors whose groups' effects are given with intervals, ranks and reliabilities.")
  static let explainedKey = Key(
    "explained", .flag, default: false, shown: "false",
    "Give the shares of variance that the model explains, in all and by level.")
  static let influenceKey = Key.optional(
    "influence", ValueFormat<LocatedText>.text("a grouping factor of the formula"),
    "A grouping factor whose groups are left out one at a time, each with a refit.")
  static let residualsKey = Key(
    "residuals", .flag, default: false, shown: "false",
    "Check residuals and group effects against what the model assumes.")

  static let keys: [AnyKey] = [
    AnyKey(schoolEffectsKey), AnyKey(explainedKey), AnyKey(influenceKey), AnyKey(residualsKey),
  ]

  /// Reads the keys of a step that has been checked.
  ///
  /// - Throws: ``SpecErrors`` where one stands in a step whose response is not normal.
  static func read(_ section: Section, isNormal: Bool) throws(SpecErrors) -> PostEstimation {
    let result = PostEstimation(
      schoolEffects: try section.read(schoolEffectsKey), explained: try section.read(explainedKey),
      influence: try section.read(influenceKey), residuals: try section.read(residualsKey))
    if !isNormal, let key = result.askedKeys.first(where: { $0 != schoolEffectsKey.name }) {
      throw section.error(.rule("`\(key)` needs a normal response: drop it"), at: key)
    }
    return result
  }
}
