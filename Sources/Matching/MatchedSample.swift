public import Tables

/// Who was matched with whom, and what each unit counts.
public struct MatchedSample: Sendable {
  /// One treated unit and one comparator that were matched.
  public struct Pair: Sendable, Hashable {
    public let treated: Int
    public let control: Int
    /// Which match of its focal unit this is, from one.
    public let k: Int
    public let distance: Double

    public init(treated: Int, control: Int, k: Int, distance: Double) {
      self.treated = treated
      self.control = control
      self.k = k
      self.distance = distance
    }
  }

  /// What an optimal method proves about its answer.
  public struct Optimum: Sendable, Hashable {
    /// The total distance.
    public let objective: Double
    /// A lower bound on the total of every answer with as many pairs, from the prices on units or, on a
    /// line, from the dynamic programme; equal to `objective` up to rounding.
    public let dual: Double
    public let pairs: Int
    /// Whether no other answer has the same total; `nil` where that is not known.
    public let isUnique: Bool?

    public init(objective: Double, dual: Double, pairs: Int, isUnique: Bool?) {
      self.objective = objective
      self.dual = dual
      self.pairs = pairs
      self.isUnique = isUnique
    }
  }

  /// One a unit; zero for those not used. Each arm's weights have mean one over the units that are used.
  public let weights: [Double]
  /// The set of each unit, from zero; −1 for those not used, and for all where comparators are reused.
  public let sets: [Int32]
  /// Empty for methods that make no pairs.
  public let pairs: [Pair]
  /// Whether a comparator may stand in several sets.
  public let reusesComparators: Bool
  public let optimum: Optimum?
  public let grouping: SampleGrouping
  /// How estimated weights depend on what was estimated; `nil` where the weights were not estimated.
  public let equations: WeightEquations?
  /// Doubts about how the sample was made.
  public let diagnostics: [Diagnostic]

  public init(
    weights: [Double], sets: [Int32], pairs: [Pair], reusesComparators: Bool,
    optimum: Optimum? = nil, grouping: SampleGrouping = .matchedSets,
    diagnostics: [Diagnostic] = [], equations: WeightEquations? = nil
  ) {
    self.weights = weights
    self.sets = sets
    self.pairs = pairs
    self.reusesComparators = reusesComparators
    self.optimum = optimum
    self.grouping = grouping
    self.diagnostics = diagnostics
    self.equations = equations
  }

  public func isUsed(_ unit: Int) -> Bool { weights[unit] > 0 }
}
