public import StudyFiles

/// The choices of a `multilevel` step whose response is not normal.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | model | | ``GeneralisedMixedModel`` | `family`, `link` and `quadrature` in the file |
/// | frequency | none | a column | `weights: {frequency: …}`: how often a row occurred, or the trials of which a share of successes is |
public struct GeneralisedSettings: Sendable {
  public let model: GeneralisedMixedModel
  public let frequency: LocatedText?

  public init(model: GeneralisedMixedModel, frequency: LocatedText? = nil) {
    self.model = model
    self.frequency = frequency
  }
}
