import Designs
import Foundation
import LinearAlgebra
import Networks
import Probability
import StudyFiles
import Tables
import TestSupport
import Testing

/// A `formation` step from its text to its tables.
@Suite struct FormationStepTests {
  static let study = """
    actors: schools
    waves: [ties_1, ties_2, ties_3]
    directed: true
    effects: [density, reciprocity, transitivity, same(phase)]
    replicates: 400
    """

  static let small = study.replacingOccurrences(of: "400", with: "100")

  static func step(_ yaml: String = study) throws -> FormationStep {
    let section = try Section(
      StudyDocument(yaml: yaml, file: "study.yaml").root, expecting: "a step")
    try section.check(FormationStep.keys)
    return try FormationStep(from: section)
  }

  static let truth = [4.0, 4, -2, 1.2, 0.25, 0.5]

  /// Three waves of sixty schools simulated with known parameters.
  static func data() -> DataSet {
    let count = 40
    var random = RandomStream(Seed(90))
    let phase = (0..<count).map { $0 % 3 == 0 ? 1.0 : 0 }
    let model = PanelModel(
      directed: true,
      terms: [
        PanelModel.NetworkTerm("density", Density()),
        PanelModel.NetworkTerm("reciprocity", Reciprocity()),
        PanelModel.NetworkTerm("transitivity", Transitivity()),
        PanelModel.NetworkTerm("same", CovariateEffect(SameValue(), phase)),
      ])
    var states = [PanelState(Network(actors: count, directed: true))]
    for _ in 0..<5 {
      let simulator = PeriodSimulator(
        model, parameters: truth, period: 0, periods: 2, actors: count)
      if let last = states.last {
        states.append(simulator.run(from: last, using: &random).state)
      }
    }
    func grade(_ shift: (Int) -> Int) -> [Double] {
      (0..<count).map { k -> Double in Double(1 + (k + shift(k)) % 4) }
    }
    let half = (0..<count).map { k -> Double in Double(k) / 2 }
    let names = phase.map { p -> String? in p == 1 ? "primary" : "secondary" }
    let columns: [Column] = [
      Column("urn", numbers: (0..<count).map { k -> Double in Double(100 + k) }),
      Column("phase", categories: names),
      Column("grade_1", numbers: grade { _ in 0 }),
      Column("grade_2", numbers: grade { $0 % 5 == 0 ? 1 : 0 }),
      Column("grade_3", numbers: grade { $0 % 7 == 0 ? 1 : 0 }),
      Column("half", numbers: half),
    ]
    var data = DataSet()
    data.set(Table(name: "schools", columns: columns))
    for wave in 1...3 {
      let network = states[states.count - 4 + wave].network
      var (from, to): ([Double], [Double]) = ([], [])
      for (i, j) in Count.pairs(network) {
        from.append(Double(100 + i))
        to.append(Double(100 + j))
      }
      data.set(
        Table(
          name: "ties_\(wave)", columns: [Column("from", numbers: from), Column("to", numbers: to)])
      )
    }
    return data
  }

  static func run(
    _ yaml: String = study, threads: Int = 2, in data: DataSet = data()
  ) throws
    -> FormationResult
  {
    let step = try step(yaml)
    try step.check(in: data)
    return try step.run(in: data, places: nil, seed: Seed(12), threads: threads)
  }

  @Test func findsTheTruth() throws {
    let result = try Self.run()
    #expect(result.tables.map(\.name) == ["effects", "fit", "waves"])
    #expect(
      result.tables[0].fields.map(\.name) == [
        "effect", "period", "estimate", "std_error", "low", "high", "convergence",
      ])
    #expect(result.estimate.hasConverged)
    for (parameter, truth) in zip(result.estimate.parameters, Self.truth) {
      #expect(
        abs(parameter.estimate - truth) < 3.5 * parameter.standardError,
        "\(parameter.effect): \(parameter.estimate) ± \(parameter.standardError), \(truth)")
      let (low, high) = try (
        #require(parameter.interval.low), #require(parameter.interval.high)
      )
      let width = 2 * 1.959963984540054 * parameter.standardError
      if parameter.period == nil {
        #expect(abs(high - low - width) < 1e-9 && abs(high + low - 2 * parameter.estimate) < 1e-9)
      } else {
        // Symmetric on the scale of logarithms, and so further up than down.
        #expect(isClose(low * high, parameter.estimate * parameter.estimate, relative: 1e-9))
        #expect(low > 0 && high - low > width && high - low < 1.2 * width)
      }
    }
    #expect(
      result.names == [
        "rate 1", "rate 2", "density", "reciprocity", "transitivity", "same(phase)",
      ])
    #expect(result.covariance.rows == 6)
  }

  @Test func threadsDoNotMatter() throws {
    let (one, two) = (try Self.run(Self.small, threads: 1), try Self.run(Self.small, threads: 2))
    #expect(one.tables == two.tables)
    #expect(one.covariance == two.covariance)
  }

  @Test func behaviourAndParts() throws {
    let result = try Self.run(
      """
      actors: schools
      waves: [ties_1, ties_2, ties_3]
      directed: true
      effects: [density, reciprocity, endowment(reciprocity), alter(grade)]
      behaviour: {grade: [linear, quadratic, indegree]}
      maximum-degree: 30
      replicates: 200
      """)
    #expect(
      result.estimate.parameters.map(\.effect) == [
        "rate", "rate", "density", "reciprocity", "endowment(reciprocity)",
        "alter(grade)",
        "grade: rate", "grade: rate", "grade: linear", "grade: quadratic", "grade: indegree",
      ])
    #expect(result.estimate.overallConvergence < 0.5)
  }

  @Test(arguments: [
    ("effects: [density, nonsense]", "nonsense"),
    ("effects: [density, reciprocity, reciprocity]", "stands twice"),
    ("directed: false", "needs `directed: true`"),
    ("waves: [ties_1]", "at least 2"),
    ("consent: both", "undirected"),
    ("replicates: 5", "100"),
    ("behaviour: {grade: {columns: [grade_1, grade_2], effects: [linear]}}", "one a wave"),
    ("behaviour: {grade: [sinuous]}", "sinuous"),
    ("{conditional: true, behaviour: {grade: [linear]}}", "networks alone"),
  ])
  func mistakesInTheText(_ item: (line: String, says: String)) throws {
    var lines = Self.study.split(separator: "\n").map(String.init)
    let additions =
      item.line.hasPrefix("{")
      ? ["conditional: true", "behaviour: {grade: [linear]}"] : [item.line]
    for addition in additions {
      let key = addition.split(separator: ":")[0]
      lines.removeAll { $0.hasPrefix("\(key):") }
      lines.append(addition)
    }
    do {
      _ = try Self.step(lines.joined(separator: "\n"))
      Issue.record("\(item.line) was accepted")
    } catch { #expect("\(error)".contains(item.says), "\(error)") }
  }

  @Test(arguments: [
    ("[density, same(faze)]", "faze"), ("[density, dyadic(travel)]", "travel"),
    ("[density, ego(phase)]", "holds no numbers"), ("[density, log-distance]", "needs places"),
    ("[density, alter(half), ego-plus-alter(half), ego(half)]", "told apart"),
  ])
  func mistakesInTheData(_ item: (effects: String, says: String)) throws {
    let yaml = Self.study.replacingOccurrences(
      of: "[density, reciprocity, transitivity, same(phase)]", with: item.effects)
    do {
      _ = try Self.run(yaml)
      Issue.record("\(item.effects) was accepted")
    } catch { #expect("\(error)".contains(item.says), "\(error)") }
  }

  @Test func wavesThatDoNotDo() throws {
    var same = Self.data()
    if let first = same[table: "ties_1"] {
      same.set(Table(name: "ties_2", columns: first.columns))
    }
    #expect(throws: FormationError.noChange(variable: "ties", period: 1)) {
      try Self.run(in: same)
    }
    var stranger = Self.data()
    stranger.set(
      Table(
        name: "ties_2",
        columns: [Column("from", numbers: [100, 999]), Column("to", numbers: [101, 102])]
      ))
    do {
      _ = try Self.run(in: stranger)
      Issue.record("a stranger was accepted")
    } catch { #expect("\(error)".contains("999"), "\(error)") }
    let halves =
      Self.study + "\nbehaviour: {half: {columns: [half, half, half], effects: [linear]}}"
    do {
      _ = try Self.run(halves)
      Issue.record("halves were accepted")
    } catch {
      #expect(
        "\(error)".contains("whole steps") || "\(error)".contains("does not change"), "\(error)")
    }
  }

  /// Ties that cannot change do not, and no one is chosen who is absent.
  @Test func constraintsHold() {
    let model = PanelModel(
      directed: true,
      terms: [
        PanelModel.NetworkTerm("density", Density()),
        PanelModel.NetworkTerm("transitivity", Transitivity()),
      ], maximumDegree: 3)
    let constraints = PeriodConstraints(
      actors: 10, directed: true, fixed: [(from: 0, to: 1), (from: 0, to: 2)], absent: [9])
    let simulator = PeriodSimulator(
      model, parameters: [30, 0.5, 0.2], period: 0, periods: 1, actors: 10,
      constraints: constraints)
    let start = PanelState(Network(actors: 10, directed: true, ties: [(from: 0, to: 1)]))
    for run in 0..<100 {
      var random = RandomStream(Seed(91), replicate: UInt32(run))
      let end = simulator.run(from: start, using: &random).state.network
      #expect(end.hasTie(0, 1) && !end.hasTie(0, 2))
      #expect(end.degree(9) == 0 && end.inDegree(9) == 0)
      #expect((0..<10).allSatisfy { end.degree($0) <= 3 })
      #expect(end.tieCount > 15)
    }
  }

  /// With one's own degree at work, a field by runs of alters gives the same moments as a look at everyone.
  @Test func largeNetworksDrawFromTheField() {
    let count = 300
    var random = RandomStream(Seed(92))
    let kinds = (0..<count).map { _ in Double(random.index(below: 2)) }
    func mean(_ everyone: Bool) -> (mean: Double, error: Double, same: Double) {
      let model = PanelModel(
        directed: true,
        terms: [
          PanelModel.NetworkTerm("density", Density()),
          PanelModel.NetworkTerm("reciprocity", Reciprocity()),
          PanelModel.NetworkTerm("transitivity", Transitivity()),
          PanelModel.NetworkTerm("same", CovariateEffect(SameValue(), kinds)),
          PanelModel.NetworkTerm("activity", RootActivity()),
        ] + (everyone ? [PanelModel.NetworkTerm("popularity", Popularity())] : []))
      let simulator = PeriodSimulator(
        model, parameters: [6, -4.2, 1.5, 0.3, 0.8, -0.1] + (everyone ? [0] : []), period: 0,
        periods: 1, actors: count)
      let runs = PeriodSimulatorTests.draws(
        simulator, from: PanelState(Network(actors: count, directed: true)), seed: 93, runs: 50)
      let ties = runs.map { Count.ties($0.state.network) }
      let codes = kinds.map { Int32($0) }
      let same = runs.map { Count.same($0.state.network, codes) }.reduce(0, +)
      let mean = ties.reduce(0, +) / 50
      let variance = ties.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 49
      return (mean, (variance / 50).squareRoot(), same / ties.reduce(0, +))
    }
    let (field, all) = (mean(false), mean(true))
    #expect(abs(field.mean - all.mean) < 4 * (2.0).squareRoot() * all.error)
    #expect(abs(field.same - all.same) < 0.01)
  }
}
