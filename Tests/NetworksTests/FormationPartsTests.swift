import Designs
import Foundation
import Networks
import Probability
import StudyFiles
import Tables
import Testing

/// What scenarios simulate beside effects on evaluation: effects on making or on keeping ties alone, rates that differ,
/// and limits of what can change, against the exact law of tiny networks.
///
/// Each |z| < 4 has a false-alarm rate of 6e-5; seeds are fixed.
@Suite struct FormationPartsTests {
  static let codes: [Int32] = [0, 0, 1, 1, 1]
  static let places = LogDistance(
    Locations(eastings: [0, 1, 4, 9, 30], northings: [0, 2, 1, 5, 3]))
  static let start = [(0, 1), (1, 2), (0, 2), (3, 4)]

  static let effects = [
    WeightedEffect("density", Density(), weight: -0.6),
    WeightedEffect("log-distance", places, weight: -0.2),
    WeightedEffect("transitivity", Transitivity(), weight: 0.3),
    WeightedEffect("creation(same)", Same(codes), weight: 0.7, part: .creation),
    WeightedEffect("endowment(transitivity)", Transitivity(), weight: 0.6, part: .endowment),
    WeightedEffect("endowment(density)", Density(), weight: 0.4, part: .endowment),
  ]

  static func network(_ ties: [(Int, Int)], directed: Bool = false) -> Network {
    Network(actors: 5, directed: directed, ties: ties.map { (from: $0.0, to: $0.1) })
  }

  private static func compare(
    _ model: FormationModel, from ties: [(Int, Int)] = start, _ label: String, blockSize: Int = 1,
    allowed: (Network, Int, Int) -> Bool = { _, _, _ in true }
  ) {
    let chain = ExactChain(actors: 5, directed: false)
    let law = chain.distribution(model, start: chain.bits(ties), time: 1, allowed: allowed)
    let simulator = FormationSimulator(
      model, actors: 5, directed: false, blockSize: blockSize, nearBlocks: 1)
    check(simulator, chain, law, from: ties, label)
  }

  private static func check(
    _ simulator: FormationSimulator, _ chain: ExactChain, _ law: [Double],
    from ties: [(Int, Int)], _ label: String
  ) {
    let runs = max(20_000, PeriodSimulatorTests.runs)
    let start = chain.states[chain.bits(ties)]
    let ends = replicate(runs, threads: 2) { run in
      simulator.run(from: start, years: 1, seed: Seed(77), replicate: UInt32(run))
    }
    for (name, statistic) in PeriodSimulatorTests.statistics {
      let exact = chain.moments(law, statistic)
      let z = PeriodSimulatorTests.z(ends.map(statistic), mean: exact.mean, sd: exact.sd)
      #expect(exact.sd == 0 || abs(z) < 4, "\(label), \(name): z = \(z)")
    }
  }

  @Test(arguments: SimulationAgainstExactTests.rules.indices)
  func partsUnderEveryRule(_ rule: Int) {
    let (name, consent, rate) = SimulationAgainstExactTests.rules[rule]
    Self.compare(FormationModel(rate: rate, effects: Self.effects, consent: consent), name)
  }

  @Test func partsOfDirectedTies() {
    let chain = ExactChain(actors: 4, directed: true)
    let ties = [(0, 1), (1, 0), (1, 2), (2, 3)]
    let model = FormationModel(
      rate: 3,
      effects: [
        WeightedEffect("density", Density(), weight: -1),
        WeightedEffect("reciprocity", Reciprocity(), weight: 0.8),
        WeightedEffect("creation(reciprocity)", Reciprocity(), weight: 0.6, part: .creation),
        WeightedEffect("endowment(activity)", Activity(), weight: 0.1, part: .endowment),
      ])
    let law = chain.distribution(model, start: chain.bits(ties), time: 1)
    Self.check(
      FormationSimulator(model, actors: 4, directed: true, blockSize: 1, nearBlocks: 1), chain,
      law, from: ties, "directed")
  }

  /// Rates by a covariate and by ties, where actors choose and where pairs meet.
  @Test(arguments: [0, 4, 6])
  func ratesThatDiffer(_ rule: Int) {
    let (name, consent, rate) = SimulationAgainstExactTests.rules[rule]
    Self.compare(
      FormationModel(
        rate: rate, effects: Self.effects, consent: consent,
        rateTerms: [
          (CovariateRate([1, 2, 3, 4, 6]), 0.3), (DegreeRate(.sent, .linear), 0.2),
          (DegreeRate(.sent, .inverse), -0.3),
        ]), "\(name) with rates")
  }

  @Test(arguments: [0, 1, 4])
  func limits(_ rule: Int) {
    let (name, consent, rate) = SimulationAgainstExactTests.rules[rule]
    let (within, apart) = ([(0, 1), (0, 2), (1, 2), (2, 3), (3, 4), (1, 4), (0, 4)], [(1, 4)])
    let lasting = [(3, 4)]
    func has(_ pairs: [(Int, Int)], _ i: Int, _ j: Int) -> Bool {
      pairs.contains { $0 == (i, j) || $0 == (j, i) }
    }
    for isWithin in [false, true] {
      Self.compare(
        FormationModel(
          rate: rate, effects: Self.effects, consent: consent,
          limits: FormationLimits(
            maximumDegree: 2, within: isWithin ? Self.network(within) : nil,
            disjoint: Self.network(apart), lasting: Self.network(lasting))),
        "\(name), within: \(isWithin)"
      ) { network, i, j in
        if network.hasTie(i, j) { return !has(lasting, i, j) }
        return network.degree(i) < 2 && network.degree(j) < 2 && !has(apart, i, j)
          && (!isWithin || has(within, i, j))
      }
    }
  }

  // MARK: In a study

  private func result(_ formation: String) throws -> ScenarioResult {
    let yaml = ScenariosStepTests.study.replacingOccurrences(
      of: "choice: exact", with: "choice: exact\n  \(formation)")
    return try ScenariosStepTests.run(yaml)
  }

  private func degree(_ result: ScenarioResult) -> Double {
    ScenariosStepTests.value(result, 0, "mean", policy: "none", outcome: "coverage", time: 5)
  }

  /// What holds for every school ends ties or keeps them from being made.
  @Test func aScenarioKeepsToItsLimits() throws {
    let plain = try result("feedback: true")
    let few = try result("maximum-degree: 1")
    let lasting = try result("contains: ties")
    #expect(degree(few) < degree(plain))
    #expect(degree(lasting) > degree(plain))
    let busy = try result("rates: {outdegree: 0.5}")
    #expect(degree(busy) != degree(plain))
    #expect(throws: ScenarioError.self) { try result("disjoint: ties") }
    #expect(throws: SpecErrors.self) { try result("disjoint: tis") }
    #expect(throws: SpecErrors.self) { try result("rates: {indegree: 0.5}") }
    #expect(throws: SpecErrors.self) { try result("rates: {of(fms): 0.5}") }
  }

  /// Ties of the start that cannot end, and pairs that cannot be tied.
  @Test func structuralTies() throws {
    var (data, places) = ScenariosStepTests.data()
    let ties = try #require(data[table: "ties"])
    data.set(
      Table(
        name: "ties",
        columns: ties.columns + [
          Column("value", numbers: (0..<20).map { $0 < 10 ? 11 : $0 < 15 ? 10 : 0 })
        ]))
    let step = try ScenariosStepTests.step(
      ScenariosStepTests.study.replacingOccurrences(of: "density: -2.2", with: "density: -30")
        + "\nreplay: 1")
    let result = try step.run(
      in: data, places: places, estimates: [:], seed: Seed(3), threads: 1)
    // Ten ties stay; nothing else is worth having.
    let share = ScenariosStepTests.value(
      result, 0, "mean", policy: "none", outcome: "coverage", time: 5)
    #expect(
      abs(
        share
          - ScenariosStepTests.value(
            result, 0, "mean", policy: "none", outcome: "coverage", time: 0)) < 1e-12)
    #expect(abs(share - 0.1) < 1e-9)
  }

  /// Only the kinds that are named tie, whatever they would gain.
  @Test func kindsThatMayTie() throws {
    let (data, places) = ScenariosStepTests.data()
    let yaml = ScenariosStepTests.study.replacingOccurrences(of: "ties: ties\n", with: "")
      .replacingOccurrences(
        of: "choice: exact", with: "kinds: {column: la, ties: [[west, east]]}")
    let result = try ScenariosStepTests.run(yaml + "\nreplay: 1")
    let ties = try #require(result.tables.first { $0.name == "replay-ties" })
    let la = try #require(data[table: "schools"]?["la"])
    func side(_ cell: Cell) throws -> String {
      guard case .count(let row) = cell else {
        Issue.record("\(cell)")
        return ""
      }
      return la.text(at: row - 1)
    }
    let (from, to) = (ties.column("from") ?? [], ties.column("to") ?? [])
    #expect(from.count > 50)
    for (a, b) in zip(from, to) { #expect(try side(a) != side(b)) }
    #expect(
      throws: ScenarioError.unknownKind("north", column: "la", known: ["east", "west"])
    ) {
      try ScenariosStepTests.run(
        yaml.replacingOccurrences(of: "[west, east]", with: "[west, north]"))
    }
    #expect(throws: ScenarioError.self) {
      try self.result("kinds: {column: la, ties: [[west, west]]}")
    }
    let step = try FormationStepTests.step(
      StartingFormationTests.formation + "\nkinds: {column: la, ties: [[west, west]]}")
    let error = #expect(throws: FormationError.self) {
      try step.run(in: StartingFormationTests.data().0, places: places, seed: Seed(1), threads: 1)
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("`kinds` is broken by"))
  }

  /// Every effect says by what a tie, or a step of behaviour, changes its statistic.
  @Test func everyEffectStatesItsChange() {
    for entry in Registry.networkEffects.entries {
      #expect(entry.documentation.formula.contains("change by a tie to j: "), "\(entry.name)")
    }
    for entry in Registry.behaviourEffects.entries {
      #expect(entry.documentation.formula.contains("change by a step"), "\(entry.name)")
    }
  }

  /// Without scores few actors' weights are kept in words, with them in cells: the same draws, the same ends.
  @Test(arguments: [12, 50, 64])
  func fewActorsInWords(_ count: Int) {
    let kinds = (0..<count).map { Double($0 % 3) }
    func simulator(_ withScores: Bool) -> PeriodSimulator {
      PeriodSimulator(
        PanelModel(
          directed: true,
          terms: [
            PanelModel.NetworkTerm("density", Density()),
            PanelModel.NetworkTerm("reciprocity", Reciprocity()),
            PanelModel.NetworkTerm("transitivity", Transitivity()),
            PanelModel.NetworkTerm("same", CovariateEffect(SameValue(), kinds)),
            PanelModel.NetworkTerm("kept", Reciprocity(), part: .endowment),
          ]), parameters: [8, -1.6, 1, 0.15, 0.3, 0.5], period: 0, periods: 1, actors: count,
        withScores: withScores)
    }
    let (words, cells) = (simulator(false), simulator(true))
    var start = PanelState(Network(actors: count, directed: true))
    var room = PeriodSimulator.Workspace(words)
    for run in 0..<40 {
      var (a, b) = (
        RandomStream(Seed(5), replicate: UInt32(run)), RandomStream(Seed(5), replicate: UInt32(run))
      )
      let end: PeriodSimulator.End = run % 3 == 2 ? .distance(2 * count / 3) : .time(1)
      let one = words.run(from: start, until: end, using: &a, &room)
      let two = cells.run(from: start, until: end, using: &b)
      #expect(one.state == two.state && one.miniSteps == two.miniSteps && one.time == two.time)
      #expect(one.ranAway == two.ranAway)
      start = one.state
    }
    #expect(start.network.tieCount > count)
  }
}
