extension PeriodSimulator {
  /// Room for runs, used again and again: runs from the same start are faster in the same room.
  public struct Workspace: Sendable {
    struct DenseStart: Sendable {
      let network: Network
      let weights: DenseWeights
    }

    private struct SmallStart: Sendable {
      let network: Network
      let weights: SmallWeights
    }

    let isDense: Bool
    /// Weights of the last start, and room for those of a run, where there are few actors.
    var denseStart: DenseStart?
    var dense: DenseWeights?
    /// Empty weights of few actors of a directed network, those of the last start, and room for those of a run.
    private let smallEmpty: SmallWeights?
    private var smallKnown: SmallStart?
    var small: SmallWeights?
    var neighbourhood: Neighbourhood
    /// Change statistics: one list a term, one number a candidate.
    var changes: [[Double]]
    var weights: [Double]
    /// Of each candidate: its utility and weight by the pair alone, and its utility by all else; of a partner the
    /// whole utility of ending.
    var pairUtilities: [Double]
    var otherUtilities: [Double]
    var fieldWeights: [Double]
    var field = PairField.Work()
    var tabulated: TabulatedWork
    /// Tables whose classes follow behaviours, where there are such.
    var levelTables: ChoiceTables?
    /// Absent for now.
    var absent: [Int32] = []
    var single = [Int32](repeating: 0, count: 1)
    /// Statistics of one pair, of its first and its second actor: one number a term.
    var first: [Double]
    var second: [Double]
    var one = [0.0]
    /// Change statistics of a behaviour going down and going up: one pair a term.
    var steps: [(down: Double, up: Double)]
    var scores: [Double]

    /// - Parameter simulator: the only one to be used with it.
    public init(_ simulator: borrowing PeriodSimulator) {
      isDense = simulator.isDense
      smallEmpty = simulator.smallWeights
      tabulated = TabulatedWork(
        actors: simulator.tables == nil || isDense ? 0 : simulator.actorCount)
      levelTables = simulator.tables?.levels == nil ? nil : simulator.tables
      let count = simulator.tables == nil ? simulator.actorCount : 0
      neighbourhood = Neighbourhood(actors: count)
      changes = [[Double]](
        repeating: [Double](repeating: 0, count: count), count: simulator.terms.count)
      weights = [Double](repeating: 0, count: count)
      pairUtilities = weights
      otherUtilities = weights
      fieldWeights = weights
      first = [Double](repeating: 0, count: simulator.terms.count)
      second = first
      steps = [(down: Double, up: Double)](
        repeating: (0, 0), count: simulator.behaviourEffects.map(\.count).max() ?? 0)
      scores = [Double](repeating: 0, count: simulator.layout.count)
    }

    /// The weights of a start, where there are few actors of a directed network.
    mutating func smallStart(_ network: borrowing Network) -> SmallWeights? {
      guard let smallEmpty else { return nil }
      if let known = smallKnown, known.network == network { return known.weights }
      let weights = smallEmpty.holding(network)
      smallKnown = SmallStart(network: copy network, weights: weights)
      return weights
    }
  }
}
