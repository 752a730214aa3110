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
    var ties: TieProcess.Workspace
    var others: [TieProcess.Workspace]
    /// Change statistics of a behaviour going down and going up: one pair a term.
    var steps: [(down: Double, up: Double)]

    /// - Parameter simulator: the only one to be used with it.
    public init(_ simulator: borrowing PeriodSimulator) {
      isDense = simulator.isDense
      smallEmpty = simulator.smallWeights
      let (isDense, size) = (isDense, simulator.layout.count)
      ties = TieProcess.Workspace(simulator.ties, isDense: isDense, parameters: size)
      others = simulator.others.map {
        TieProcess.Workspace($0, isDense: false, parameters: size)
      }
      steps = [(down: Double, up: Double)](
        repeating: (0, 0), count: simulator.behaviourEffects.map(\.count).max() ?? 0)
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
