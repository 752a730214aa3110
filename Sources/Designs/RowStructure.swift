/// What a model knows of its rows beside their columns and groups: which share a residual variance, which
/// follow each other in time, and how they were sampled.
public struct RowStructure: Sendable, Hashable {
  /// The class of each used row whose residual variance it shares.
  public let dispersion: GroupingFactor?
  public let serial: SerialOrder?
  public let design: DesignWeights?

  public init(
    dispersion: GroupingFactor? = nil, serial: SerialOrder? = nil, design: DesignWeights? = nil
  ) {
    self.dispersion = dispersion
    self.serial = serial
    self.design = design
  }
}

/// Rows of a unit that follow each other.
public struct SerialOrder: Sendable, Hashable {
  /// As the study writes it: `year`.
  public let timeName: String
  /// Of each used row.
  public let times: [Double]
  public let unit: GroupingFactor

  public init(timeName: String, times: [Double], unit: GroupingFactor) {
    self.timeName = timeName
    self.times = times
    self.unit = unit
  }
}

/// Inverse probabilities with which rows, and their groups, came into the sample.
public struct DesignWeights: Sendable, Hashable {
  /// How the weights of rows are scaled within their groups.
  public enum Scaling: String, Sendable, Hashable, CaseIterable {
    /// To sum to the number of rows.
    case size
    /// To sum to the effective number of rows, (Σ*w*)²/Σ*w*².
    case effective
    case none
  }

  /// The weights of one level.
  public struct Level: Sendable, Hashable {
    /// The grouping factor; `nil` for the rows themselves.
    public let factor: String?
    public let column: String
    /// Of each used row; the same in every row of a group.
    public let weights: [Double]

    public init(factor: String?, column: String, weights: [Double]) {
      self.factor = factor
      self.column = column
      self.weights = weights
    }
  }

  public let levels: [Level]
  public let scaling: Scaling

  public init(levels: [Level], scaling: Scaling = .size) {
    self.levels = levels
    self.scaling = scaling
  }
}
