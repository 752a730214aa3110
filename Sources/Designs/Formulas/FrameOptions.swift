/// How the levels of a factor become columns.
public enum Contrast: String, Sendable, Hashable, CaseIterable {
  /// A 0/1 column for each level but the first, which is the reference.
  case treatment
  /// Deviations from the mean of the levels: the last level is −1 in every column.
  case sum
}

/// What a frame is made with beside its formula.
///
/// | Name | Default | Meaning |
/// |---|---|---|
/// | contrasts | treatment | by the factor's name as the formula writes it |
/// | weights | none | the column of precision weights: residual variance σ² / weight |
/// | rows | all | the rows that may be used, ascending or not, such as those of a matched sample |
/// | lost | none | rows that were lost before, and why |
/// | orderedResponse | false | whether the response may be a category, whose levels are in order |
/// | structure | none | columns of residual classes, times and design weights |
public struct FrameOptions: Sendable {
  public let contrasts: [String: Contrast]
  public let weights: String?
  public let rows: [Int32]?
  public let lost: [LostRows]
  public let orderedResponse: Bool
  public let structure: RowStructureOptions?

  public init(
    contrasts: [String: Contrast] = [:], weights: String? = nil, rows: [Int32]? = nil,
    lost: [LostRows] = [], orderedResponse: Bool = false, structure: RowStructureOptions? = nil
  ) {
    self.contrasts = contrasts
    self.weights = weights
    self.rows = rows
    self.lost = lost
    self.orderedResponse = orderedResponse
    self.structure = structure
  }
}
