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

  /// All ties are within one of two kinds, or all are returned: neither statistic is at its edge, but both together.
  @Test(arguments: [true, false])
  func twoStatisticsTogether(returned: Bool) throws {
    let kinds = (0..<Self.count).map { Double($0 % 2) }
    var panel = try Self.panel({ kinds[$0] == kinds[$1] }, values: [4, -1.2, 1, 0.1], seed: 327)
    var terms = [
      PanelModel.NetworkTerm("density", Density()),
      PanelModel.NetworkTerm("same", CovariateEffect(SameValue(), kinds)),
    ]
    if returned {
      let whole = try Self.panel(values: [4, -1.2, 1, 0.1], seed: 328)
      panel = try Panel(
        waves: whole.waves.map { state in
          var kept = Network(actors: Self.count, directed: true)
          for (i, j) in Count.pairs(state.network) where state.network.hasTie(j, i) {
            kept.toggle(i, j)
          }
          return PanelState(kept)
        })
      terms[1] = PanelModel.NetworkTerm("reciprocity", Reciprocity())
    }
    let estimate = try Self.estimate(terms, panel)
    #expect(estimate.unbounded == [2], "\(estimate.parameters)")
    #expect(estimate.parameters[2].estimate > 1)
    #expect(estimate.parameters[2].standardError == 0)
    #expect(estimate.parameters[1].standardError > 0)
  }

  /// Statistics that are the same are named together, wherever they stand.
  @Test func whatCannotBeToldApartIsNamed() throws {
    let panel = try Self.panel(values: [4, -1.6, 0.5, 0.1], seed: 330)
    #expect(throws: FormationError.collinear(effect: "in-activity", with: ["out-popularity"])) {
      try Self.estimate(
        [
          PanelModel.NetworkTerm("density", Density()),
          PanelModel.NetworkTerm("out-popularity", OutPopularity()),
          PanelModel.NetworkTerm("in-activity", InActivity()),
          PanelModel.NetworkTerm("reciprocity", Reciprocity()),
        ], panel)
    }
  }

  /// Ties go between odd and even actors alone, so that no two-path is ever closed.
  @Test func nothingIsClosed() throws {
    let panel = try Self.panel({ ($0 + $1) % 2 == 1 }, values: [4, -1.6, 0.5, 0.1], seed: 329)
    let estimate = try Self.estimate(
      [
        PanelModel.NetworkTerm("density", Density()),
        PanelModel.NetworkTerm("transitivity", Transitivity()),
      ], panel)
    #expect(estimate.unbounded == [2], "\(estimate.parameters)")
    #expect(estimate.parameters[2].estimate < 0)
    #expect(estimate.parameters[1].standardError > 0)
  }

  /// Dense and sparse panels, from the same plain starting values.
  @Test(arguments: [
    [5, -0.9, 0.4, 0.02], [5, -1.2, 1, 0.06], [6, -2.1, 1.6, 0.2], [2, -2.2, 1.5, 0.25],
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
