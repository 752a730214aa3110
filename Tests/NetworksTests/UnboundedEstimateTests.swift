import Networks
import Probability
import Testing

/// Estimates that do not exist are said, and the others are found.
@Suite struct UnboundedEstimateTests {
  private static let count = 30

  private static func panel(
    _ keep: (Int, Int) -> Bool = { _, _ in true }, values: [Double] = [4, -1.8, 1, 0.2],
    seed: UInt64, reciprocity: Bool = true
  ) throws -> Panel {
    let model = PanelModel(
      directed: true,
      terms: [
        PanelModel.NetworkTerm("density", Density()),
        PanelModel.NetworkTerm("reciprocity", Reciprocity()),
        PanelModel.NetworkTerm("transitivity", Transitivity()),
      ])
    let simulator = PeriodSimulator(
      model, parameters: values, period: 0, periods: 1, actors: count)
    var random = RandomStream(Seed(seed))
    var states = [PanelState(Network(actors: count, directed: true))]
    for _ in 0..<7 {
      if let last = states.last { states.append(simulator.run(from: last, using: &random).state) }
    }
    return try Panel(
      waves: states.suffix(2).map { state in
        var kept = Network(actors: count, directed: true)
        for (i, j) in Count.pairs(state.network)
        where keep(i, j) && (reciprocity || !kept.hasTie(j, i)) { kept.toggle(i, j) }
        return PanelState(kept)
      })
  }

  private static func estimate(
    _ terms: [PanelModel.NetworkTerm], _ panel: Panel
  ) throws -> FormationEstimate {
    try MomentEstimator(PanelModel(directed: true, terms: terms), panel, replicates: 400)
      .estimate(seed: Seed(320), threads: 2)
  }

  /// No tie is returned in either wave.
  @Test func nothingIsReturned() throws {
    let panel = try Self.panel(seed: 321, reciprocity: false)
    let estimate = try Self.estimate(
      [
        PanelModel.NetworkTerm("density", Density()),
        PanelModel.NetworkTerm("reciprocity", Reciprocity()),
      ], panel)
    #expect(estimate.unbounded == [2])
    #expect(estimate.parameters[2].estimate < -2)
    #expect(estimate.parameters[2].standardError == 0)
    #expect(estimate.parameters[2].convergence == nil)
    #expect(estimate.freeParameters == [0, 1])
    #expect(estimate.hasConverged)
  }

  /// Every tie is within a group.
  @Test func everythingIsWithin() throws {
    let kinds = (0..<Self.count).map { Double($0 % 2) }
    let panel = try Self.panel({ $0 % 2 == $1 % 2 }, seed: 322)
    let estimate = try Self.estimate(
      [
        PanelModel.NetworkTerm("density", Density()),
        PanelModel.NetworkTerm("same(kind)", CovariateEffect(SameValue(), kinds)),
      ], panel)
    #expect(estimate.unbounded.count == 1)
    #expect(estimate.unbounded.allSatisfy { $0 == 1 || $0 == 2 })
    #expect(estimate.parameters.allSatisfy { $0.estimate.isFinite })
  }

  /// Two networks that have nothing to do with each other.
  @Test func nothingIsLeftOfTheFirstWave() throws {
    var random = RandomStream(Seed(323))
    let waves = (0..<2).map { _ in
      var network = Network(actors: Self.count, directed: true)
      while network.tieCount < 90 {
        let (i, j) = (random.index(below: Self.count), random.index(below: Self.count))
        if i != j, !network.hasTie(i, j) { network.toggle(i, j) }
      }
      return PanelState(network)
    }
    // Farther apart than chance would have them, so that no rate reaches it.
    var apart = waves[1].network
    for (i, j) in Count.pairs(waves[0].network) where apart.hasTie(i, j) { apart.toggle(i, j) }
    let estimate = try Self.estimate(
      [PanelModel.NetworkTerm("density", Density())],
      try Panel(waves: [waves[0], PanelState(apart)]))
    #expect(estimate.unbounded == [0])
    #expect(estimate.parameters[1].estimate.isFinite)
    #expect(estimate.parameters[1].standardError > 0)
  }

  /// Dense and sparse panels, from the same plain starting values.
  @Test(arguments: [
    [5, -0.9, 0.4, 0.02], [5, -1.2, 1, 0.06], [6, -2.1, 1.6, 0.2], [3, -2.6, 2, 0.3],
    [2, -2.2, 1.5, 0.25],
  ])
  func convergesWithoutHelp(_ values: [Double]) throws {
    for seed in [324, 325, 326] as [UInt64] {
      let panel = try Self.panel(values: values, seed: seed)
      let estimate = try Self.estimate(
        [
          PanelModel.NetworkTerm("density", Density()),
          PanelModel.NetworkTerm("reciprocity", Reciprocity()),
          PanelModel.NetworkTerm("transitivity", Transitivity()),
        ], panel)
      #expect(estimate.overallConvergence < 0.25, "\(values), seed \(seed)")
      for (parameter, truth) in zip(estimate.parameters, values)
      where parameter.standardError > 0 {
        #expect(
          abs(parameter.estimate - truth) < 4 * parameter.standardError,
          "\(parameter.effect): \(parameter.estimate) ± \(parameter.standardError), \(truth)")
      }
    }
  }
}
