public import StudyFiles

/// What a `multilevel` step is asked beside its coefficients.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | intervals | wald | wald, profile, bootstrap | of variances, σ, shares and coefficients |
/// | hypotheses | none | | equations between coefficients, by name |
/// | comparisons | none | | smaller models, by name; `compare` in the file |
/// | predictions | none | | values of columns, by name; `predict` in the file |
/// | margins | none | columns | whose average effect is given |
/// | equivalence | none | | the largest effect that does not matter, by coefficient |
public struct StepInference: Sendable {
  public enum Intervals: Sendable, Hashable {
    case wald
    case profile
    case bootstrap(replicates: Int)
  }

  /// An equation where the study writes it.
  public struct Equation: Sendable, Hashable {
    public let text: LocatedText
    public let hypothesis: LinearHypothesis
  }

  /// A column and the values it is set to, one after another.
  public struct GridColumn: Sendable, Hashable {
    public let column: LocatedText
    public let values: [LocatedText]
  }

  /// Bounds of ± `value`, in standard deviations of the model without covariates or in units of the outcome.
  public struct EquivalenceBound: Sendable, Hashable {
    public let term: LocatedText
    public let value: Double
    public let isInDeviations: Bool

    public init(term: LocatedText, value: Double, isInDeviations: Bool) {
      self.term = term
      self.value = value
      self.isInDeviations = isInDeviations
    }
  }

  public let intervals: Intervals
  public let hypotheses: [Named<[Equation]>]
  public let comparisons: [Named<LocatedText>]
  public let predictions: [Named<[GridColumn]>]
  public let margins: [LocatedText]
  public let equivalence: [EquivalenceBound]

  public init(
    intervals: Intervals = .wald, hypotheses: [Named<[Equation]>] = [],
    comparisons: [Named<LocatedText>] = [], predictions: [Named<[GridColumn]>] = [],
    margins: [LocatedText] = [], equivalence: [EquivalenceBound] = []
  ) {
    self.intervals = intervals
    self.hypotheses = hypotheses
    self.comparisons = comparisons
    self.predictions = predictions
    self.margins = margins
    self.equivalence = equivalence
  }

  /// Coefficients only.
  public static let none = StepInference()
}
