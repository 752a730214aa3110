/// How many replicates are run.
public struct Replications: Sendable, Hashable {
  /// No more than these.
  public let atMost: Int
  /// Stop earlier, once the contrasts are known this well.
  public let target: Target?
  /// How many replicates of chance share one draw of the parameters.
  public let perDraw: Int
  /// Whether means are adjusted by the draws of the parameters, whose means are known.
  public let usesControls: Bool

  /// How draws of the parameters are spread.
  public let design: Design

  /// How draws of the parameters are spread over what is not known.
  public enum Design: String, CaseIterable, Sendable {
    /// Each by itself.
    case random
    /// By scrambled points of Sobol's sequence, which cover it evenly.
    case sobol
  }

  /// Until the Monte Carlo standard error of every policy's contrast with the first, in the last year, is at
  /// most `mcse` for each named measure.
  public struct Target: Sendable, Hashable {
    /// In the outcome's unit.
    public let mcse: Double
    /// Names of measures.
    public let measures: [String]

    public init(mcse: Double, measures: [String]) {
      self.mcse = mcse
      self.measures = measures
    }
  }

  /// Replicates are run in blocks of this size whatever the number of threads, so that the decision to stop
  /// is the same everywhere.
  public static let block = 20

  public init(
    atMost: Int, target: Target? = nil, perDraw: Int = 1, usesControls: Bool = false,
    design: Design = .random
  ) {
    precondition(atMost > 0, "\(atMost) replicates")
    precondition(perDraw > 0, "\(perDraw) replicates a draw")
    self.atMost = atMost
    self.target = target
    self.perDraw = perDraw
    self.usesControls = usesControls
    self.design = design
  }
}
