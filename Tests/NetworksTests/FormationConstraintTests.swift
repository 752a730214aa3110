import Designs
import Networks
import Probability
import StudyFiles
import Tables
import Testing

/// Rates, actors that come and go, and rules between relations, from a `formation` step's text.
@Suite struct FormationConstraintTests {
  static let head = """
    actors: people
    waves: [first, second]
    directed: true
    effects: [density, reciprocity]
    replicates: 200

    """

  static let count = 24

  /// A network that changes half its ties, without those of actor 0 at first and of actor 1 later.
  static func data(_ extra: [(String, [(Int, Int)])] = []) throws -> DataSet {
    var random = RandomStream(Seed(44))
    var network = Network(actors: count, directed: true)
    func grow(to ties: Int, without actor: Int) {
      while network.tieCount < ties {
        let (i, j) = (random.index(below: count), random.index(below: count))
        if i != j, i != actor, j != actor, !network.hasTie(i, j) { network.toggle(i, j) }
      }
    }
    grow(to: 50, without: 0)
    if !network.hasTie(1, 2) { network.toggle(1, 2) }
    let first = Count.pairs(network)
    for (k, pair) in first.enumerated() where k % 3 == 0 || pair.0 == 1 || pair.1 == 1 {
      network.toggle(pair.0, pair.1)
    }
    grow(to: 55, without: 1)
    if !network.hasTie(0, 5) { network.toggle(0, 5) }
    let second = Count.pairs(network)
    var data = DataSet()
    func names(_ actors: [Int]) -> [String?] { actors.map { "p\($0)" } }
    data.set(
      Table(
        name: "people",
        columns: [
          Column("id", categories: names(Array(0..<count))),
          Column("size", numbers: (0..<count).map { Double($0 % 5) }),
          Column("joins", numbers: (0..<count).map { $0 == 0 ? 1.4 : .nan }),
          Column("leaves", numbers: (0..<count).map { $0 == 1 ? 1.5 : .nan }),
        ]))
    for (name, pairs) in [("first", first), ("second", second)] + extra {
      data.set(
        Table(
          name: name,
          columns: [
            Column("from", categories: names(pairs.map { $0.0 })),
            Column("to", categories: names(pairs.map { $0.1 })),
          ]))
    }
    return data
  }

  static func run(_ yaml: String, _ data: DataSet) throws -> FormationResult {
    let step = try FormationStepTests.step(head + yaml)
    try step.check(in: data)
    return try step.run(in: data, places: nil, seed: Seed(3), threads: 2)
  }

  @Test func ratesAndPresence() throws {
    let result = try Self.run(
      "rates: [of(size), outdegree-log]\njoins: joins\nleaves: leaves", try Self.data())
    #expect(
      result.names == [
        "rate 1", "density", "reciprocity", "rate: of(size)", "rate: outdegree-log",
      ])
    #expect(result.values.allSatisfy { $0.isFinite })
    #expect(result.estimate.overallConvergence < 0.3)
  }

  @Test func presenceIsChecked() throws {
    let data = try Self.data()
    func problem(_ yaml: String) -> String {
      do {
        _ = try Self.run(yaml, data)
        return "none"
      } catch { return "\(error)" }
    }
    // Everyone but actor 0 is there at first; actor 0 has ties in the second wave.
    #expect(problem("leaves: joins").contains("`p0` has ties in `second`"))
    #expect(problem("joins: leaves").contains("`p1` has ties in `first`"))
    #expect(problem("joins: size").contains("at no time"))
    #expect(problem("joins: joins\nconditional: true").contains("come and go"))
    #expect(problem("rates: [speed]").contains("speed"))
  }

  @Test func rulesBetweenRelations() throws {
    let plain = try Self.data()
    let problem = { (yaml: String, data: DataSet) -> String in
      do {
        _ = try Self.run(yaml, data)
        return "none"
      } catch { return "\(error)" }
    }
    #expect(problem("within: first", plain).contains("`within: first` is broken by"))
    #expect(problem("disjoint: first", plain).contains("`disjoint: first` is broken by"))
    #expect(problem("contains: first", plain).contains("which are not tied in `second`"))
    // Pairs of either wave alone can be tied: the model has no say on others, and still converges.
    let both = try Self.data().tables.filter { $0.name != "people" }
    #expect(both.count == 2)
    let all = (0..<Self.count).flatMap { i in
      (0..<Self.count).filter { $0 != i && ($0 + i) % 7 != 3 }.map { (i, $0) }
    }
    let free = try Self.data([("allowed", all)])
    #expect(problem("within: allowed", free).contains("`within: allowed` is broken by"))
    let none = try Self.data([("every", Self.pairs)])
    #expect(problem("disjoint: every", none).contains("`disjoint: every` is broken by"))
    #expect(problem("within: every", none) == "none")
  }

  static var pairs: [(Int, Int)] {
    (0..<count).flatMap { i in (0..<count).filter { $0 != i }.map { (i, $0) } }
  }

  @Test func moreTiesThanAllowedAreSaid() throws {
    let result = try Self.run("maximum-degree: 3", try Self.data())
    #expect(result.diagnostics.contains { $0.code == "above-maximum" })
  }
}
