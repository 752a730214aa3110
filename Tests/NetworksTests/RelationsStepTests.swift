import Designs
import Foundation
import Networks
import Probability
import StudyFiles
import Tables
import TestSupport
import Testing

/// A `formation` step with several relations, from its text to its tables.
@Suite struct RelationsStepTests {
  static let study = """
    actors: people
    waves: [advice_1, advice_2, advice_3]
    directed: true
    relation: advice
    effects: [density, reciprocity, tied-in(support)]
    relations:
      support:
        waves: [support_1, support_2, support_3]
        directed: true
        effects: [density, reciprocity, tied-in(advice), same(kind)]
    replicates: 200
    """

  /// Rates of two periods and effects, relation after relation.
  static let truth = [4.0, 4, -2, 1, 0.7, 3.5, 3.5, -2.1, 0.9, 0.6, 0.4]
  static let count = 50

  /// Three waves of two relations simulated with known parameters, and an undirected third.
  static func data() -> DataSet {
    var random = RandomStream(Seed(400))
    let kind = (0..<count).map { Double($0 % 3) }
    let model = PanelModel(
      directed: true,
      terms: [
        PanelModel.NetworkTerm("density", Density()),
        PanelModel.NetworkTerm("reciprocity", Reciprocity()),
        PanelModel.NetworkTerm("tied-in", lookingAt: 1, TiedThere()),
      ],
      beside: [
        PanelModel.Relation(
          "support", directed: true,
          terms: [
            PanelModel.NetworkTerm("density", Density()),
            PanelModel.NetworkTerm("reciprocity", Reciprocity()),
            PanelModel.NetworkTerm("tied-in", lookingAt: 0, TiedThere()),
            PanelModel.NetworkTerm("same", CovariateEffect(SameValue(), kind)),
          ])
      ])
    let simulator = PeriodSimulator(
      model, parameters: truth, period: 0, periods: 2, actors: count)
    let empty = Network(actors: count, directed: true)
    var states = [PanelState(empty, beside: [empty])]
    for _ in 0..<7 {
      if let last = states.last {
        states.append(simulator.run(from: last, using: &random).state)
      }
    }
    // Every so many actors feel otherwise.
    func mood(_ every: Int) -> [Double] {
      (0..<count).map { k -> Double in
        let level = k % 4
        return Double(every > 0 && k % every == 0 ? (level < 3 ? level + 1 : 2) : level)
      }
    }
    let visiting = PeriodSimulator(
      PanelModel(directed: false, terms: [PanelModel.NetworkTerm("density", Density())]),
      parameters: [1.5, -1.6], period: 0, periods: 1, actors: count)
    var visits = [PanelState(Network(actors: count, directed: false))]
    for _ in 0..<10 {
      if let last = visits.last { visits.append(visiting.run(from: last, using: &random).state) }
    }
    var data = DataSet()
    func names(_ actors: [Int]) -> [String?] { actors.map { "p\($0)" } }
    data.set(
      Table(
        name: "people",
        columns: [
          Column("id", categories: names(Array(0..<count))), Column("kind", numbers: kind),
          Column("mood_1", numbers: mood(0)), Column("mood_2", numbers: mood(5)),
          Column("mood_3", numbers: mood(7)),
          Column("joins", numbers: (0..<count).map { _ in .nan }),
        ]))
    func set(_ name: String, _ pairs: [(Int, Int)]) {
      data.set(
        Table(
          name: name,
          columns: [
            Column("from", categories: names(pairs.map { $0.0 })),
            Column("to", categories: names(pairs.map { $0.1 })),
          ]))
    }
    for wave in 1...3 {
      let state = states[4 + wave]
      set("advice_\(wave)", Count.pairs(state.network))
      set("support_\(wave)", Count.pairs(state.others[0]))
      set("visits_\(wave)", Count.pairs(visits[7 + wave].network).filter { $0.0 < $0.1 })
    }
    return data
  }

  static func run(_ yaml: String = study, threads: Int = 2) throws -> FormationResult {
    let step = try FormationStepTests.step(yaml)
    let data = data()
    try step.check(in: data)
    return try step.run(in: data, places: nil, seed: Seed(401), threads: threads)
  }

  @Test func findsTheTruth() throws {
    let result = try Self.run()
    #expect(
      result.names == [
        "rate 1", "rate 2", "density", "reciprocity", "tied-in(support)", "support: rate 1",
        "support: rate 2", "support: density", "support: reciprocity", "support: tied-in(advice)",
        "support: same(kind)",
      ])
    #expect(result.estimate.overallConvergence < 0.25)
    for (parameter, truth) in zip(result.estimate.parameters, Self.truth) {
      #expect(
        abs(parameter.estimate - truth) < 3.5 * parameter.standardError,
        "\(parameter.effect): \(parameter.estimate) ± \(parameter.standardError), \(truth)")
      #expect(parameter.standardError < 2, "\(parameter.effect)")
    }
    #expect(
      result.estimate.fit.map(\.statistic) == [
        "outdegree", "indegree", "triads", "support: outdegree", "support: indegree",
        "support: triads", "advice and support",
      ])
    #expect(result.estimate.fit.allSatisfy { $0.p > 0.001 })
    let waves = try #require(result.tables.first { $0.name == "waves" }?.column("wave"))
    #expect(
      waves
        == [
          "advice_1", "advice_2", "advice_3", "support: support_1", "support: support_2",
          "support: support_3",
        ].map(Cell.text))
  }

  @Test func threadsDoNotMatter() throws {
    let small = Self.study.replacingOccurrences(of: "200", with: "110")
    let (one, two) = (try Self.run(small, threads: 1), try Self.run(small, threads: 2))
    #expect(one.tables == two.tables)
    #expect(one.covariance == two.covariance)
  }

  /// Undirected company with a rule of consent, parts of effects, limits, rates and a behaviour beside both.
  @Test func everythingTogether() throws {
    let result = try Self.run(
      """
      actors: people
      waves: [advice_1, advice_2, advice_3]
      directed: true
      effects: [density, reciprocity, creation(tied-in(visits)), similar(mood)]
      joins: joins
      relations:
        visits:
          waves: [visits_1, visits_2, visits_3]
          consent: both
          effects: [density, tied-in(ties)]
          rates: [outdegree]
          maximum-degree: 5
      behaviour: {mood: [linear, quadratic]}
      replicates: 200
      """)
    #expect(
      result.estimate.parameters.map(\.effect) == [
        "rate", "rate", "density", "reciprocity", "creation(tied-in(visits))", "similar(mood)",
        "visits: rate", "visits: rate", "visits: density", "visits: tied-in(ties)",
        "visits: rate: outdegree", "mood: rate", "mood: rate", "mood: linear", "mood: quadratic",
      ])
    #expect(result.estimate.overallConvergence < 0.5)
    #expect(result.estimate.fit.contains { $0.statistic == "visits: degree" })
    #expect(result.diagnostics.contains { $0.code == "above-maximum" })
  }

  /// What is wrong in the text, and where it says so.
  @Test(arguments: [
    ("tied-in(support)]", "tied-in(suport)]", "unknown relation `suport`; did you mean `support`?"),
    ("tied-in(support)]", "tied-in(advice)]", "looks at the relation that it shapes itself"),
    ("tied-in(advice),", "popular-in(support),", "looks at the relation that it shapes itself"),
    ("tied-in(advice),", "endowment(tied-in(advce)),", "unknown relation `advce`"),
    ("relation: advice", "relation: support", "the step's own relation is `support` already"),
    (
      "[support_1, support_2, support_3]", "[support_1, support_2]",
      "expected 3 waves, as many as the step's own relation has, found 2"
    ),
    ("replicates: 200", "behaviour: {support: [linear]}", "`support` is a `behaviour` too"),
    ("replicates: 200", "behaviour: {advice: [linear]}", "`advice` is a `behaviour` too"),
    ("replicates: 200", "conditional: true", "`conditional` is for one relation"),
    ("  support:\n", "  rate:\n", "`rate` is what opportunities are called"),
    ("    directed: true\n    effects", "    effects", "`reciprocity` needs `directed: true`"),
    ("same(kind)]", "density]", "`density` stands twice"),
    ("same(kind)]", "same(kind)]\n    consent: both", "`consent` is for undirected ties"),
    ("tied-in(support)", "'tied-in(support, advice)'", "expected one relation"),
  ])
  func mistakesInTheText(_ item: (line: String, with: String, says: String)) throws {
    let yaml = Self.study.replacingOccurrences(of: item.line, with: item.with)
    #expect(yaml != Self.study)
    let error = #expect(throws: SpecErrors.self) { try FormationStepTests.step(yaml) }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains(item.says), "\(text)")
    #expect(text.contains("study.yaml:"), "\(text)")
  }

  /// What the guide shows is read as it says.
  @Test func theExampleOfTheGuide() throws {
    let url = checkoutFolder.appendingPathComponent("Documentation/Guides/Estimating-formation.md")
    let text = try String(contentsOf: url, encoding: .utf8)
    let block = try #require(
      text.components(separatedBy: "```yaml\n").first { $0.contains("  form:\n") })
    let lines = block.components(separatedBy: "```")[0].split(separator: "\n").dropFirst(3)
    let yaml = lines.map { $0.dropFirst(6) }.joined(separator: "\n")
    _ = try FormationStepTests.step(yaml)
    #expect(yaml.contains("closed-in(support)"))
  }

  @Test func anEffectOfNoRelation() throws {
    let yaml = FormationStepTests.study.replacingOccurrences(
      of: "same(phase)]", with: "tied-in(support)]")
    let error = #expect(throws: SpecErrors.self) { try FormationStepTests.step(yaml) }
    #expect("\(error.map { "\($0)" } ?? "")".contains("name it under `relations`"))
  }

  @Test(arguments: [
    ("support_2", "suport_2", "unknown table `suport_2`"), ("same(kind)", "same(knd)", "knd"),
    ("same(kind)]", "same(kind)]\n    disjoint: support_3", "`disjoint: support_3` is broken by"),
    ("same(kind)]", "same(kind)]\n    within: nothing", "unknown table `nothing`"),
    ("support_2", "people", "unknown column `from`"),
    ("support_2", "support_1", "`support` does not change"),
  ])
  func mistakesInTheData(_ item: (line: String, with: String, says: String)) throws {
    let yaml = Self.study.replacingOccurrences(of: item.line, with: item.with)
    do {
      _ = try Self.run(yaml)
      Issue.record("\(item.with) was accepted")
    } catch { #expect("\(error)".contains(item.says), "\(error)") }
  }

  @Test func wavesOfOtherActors() throws {
    var data = Self.data()
    data.set(
      Table(
        name: "support_2",
        columns: [Column("from", categories: ["p1"]), Column("to", categories: ["stranger"])]))
    do {
      _ = try FormationStepTests.step(Self.study).run(
        in: data, places: nil, seed: Seed(1), threads: 1)
      Issue.record("a stranger was accepted")
    } catch { #expect("\(error)".contains("stranger"), "\(error)") }
    let (small, large) = (Network(actors: 3, directed: true), Network(actors: 4, directed: true))
    #expect(throws: FormationError.otherActors(wave: 2, found: 4, expected: 3)) {
      try Panel(waves: [
        PanelState(small, beside: [small]), PanelState(small, beside: [large]),
      ])
    }
    #expect(throws: FormationError.otherKind(wave: 2)) {
      try Panel(waves: [PanelState(small, beside: [small]), PanelState(small)])
    }
    let states = [PanelState(small, beside: [small]), PanelState(small, beside: [small])]
    let model = PanelModel(
      directed: true, terms: [PanelModel.NetworkTerm("density", Density())],
      beside: [PanelModel.Relation("other", directed: true, terms: [])])
    #expect(throws: FormationError.conditionalRelations) {
      try MomentEstimator(model, Panel(waves: states), conditional: true)
    }
  }
}
