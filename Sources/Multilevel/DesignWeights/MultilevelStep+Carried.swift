internal import Designs
public import StudyFiles

extension MultilevelStep {
  /// The first key of the step that design weights do not go with; `nil` where a matched sample's weights can be
  /// carried as design weights.
  public var obstacleToDesignWeights: String? {
    if generalised != nil { return "family" }
    if precision != nil || structure?.hasDesignWeights == true { return "weights" }
    if structure?.dispersion != nil { return "dispersion" }
    if structure?.serial != nil { return "correlation" }
    if errors != nil { return "errors" }
    if degreesOfFreedom != .satterthwaite && degreesOfFreedom != .none { return "df" }
    if effect != nil { return "effect" }
    return askedKeys.first
  }

  /// The keys of what is asked beside estimates and the effect, as a study writes them.
  public var askedKeys: [String] { inference.askedKeys + further.askedKeys }

  /// The same step with a column of design weights, unscaled: a match's weights have mean one in each arm already.
  ///
  /// - Parameter level: the table whose rows the weights are of, where these are groups of the model's rows.
  public func weighted(by column: LocatedText, level: LocatedText?) -> MultilevelStep {
    MultilevelStep(
      data: data, sample: sample, formula: formula, criterion: criterion,
      degreesOfFreedom: degreesOfFreedom, contrasts: contrasts,
      structure: RowStructureRequest(design: [(level: level, column: column)], scaling: .none))
  }
}

extension StepInference {
  /// The keys of what is asked for, as a study writes them.
  var askedKeys: [String] {
    (intervals == .wald ? [] : ["intervals"]) + (hypotheses.isEmpty ? [] : ["hypotheses"])
      + (comparisons.isEmpty ? [] : ["compare"]) + (predictions.isEmpty ? [] : ["predict"])
      + (margins.isEmpty ? [] : ["margins"]) + (equivalence.isEmpty ? [] : ["equivalence"])
  }
}
