import Foundation
import Networks
import Probability
import Tables
import TestSupport
import Testing

/// Reference results that lie beside the checkout.
@Suite(
  .enabled(if: SharedReference.isPresent, Comment(rawValue: SharedReference.absence)))
struct SharedReferenceTests {
  static func folder() throws -> URL {
    try #require(SharedReference.folder).appendingPathComponent("networks")
  }

  static func lines(_ name: String) throws -> [[String]] {
    let text = try String(contentsOf: folder().appendingPathComponent(name), encoding: .utf8)
    return text.split(separator: "\n").map {
      $0.split(separator: ",").map { $0.replacingOccurrences(of: "\"", with: "") }
    }
  }

  /// Our generator of undirected networks of five actors against another one's, to 1e-9.
  @Test(arguments: [
    ("mt2_forcing", 0), ("mt3_confirm_off0", 1), ("mt3_confirm_off1.5", 2),
    ("mt4_pair_dictatorial", 3), ("mt5_pair_conjunctive_published_formula", 4),
    ("mt6_compensatory", 6),
  ])
  func exactLawOfFive(_ item: (name: String, rule: Int)) throws {
    let text = try String(
      contentsOf: Self.folder().appendingPathComponent("exact_enumeration.json"), encoding: .utf8)
    let entry = try #require(try JSON(parsing: text)["undirected_n5_" + item.name])
    let (_, consent, rate) = SimulationAgainstExactTests.rules[item.rule]
    let model = FormationModel(
      rate: rate, effects: SimulationAgainstExactTests.undirected, consent: consent)
    let chain = ExactChain(actors: 5, directed: false)
    let start = chain.bits(SimulationAgainstExactTests.start)
    let law = chain.distribution(model, start: start, time: 1)
    let codes = SimulationAgainstExactTests.codes
    let statistics: [(String, (Network) -> Double)] = [
      ("edges", Count.ties), ("triangles", Count.triangles), ("twostars", Count.twoStars),
      ("isolates", Count.isolates), ("same_edges", { Count.same($0, codes) }),
    ]
    for (name, statistic) in statistics {
      let moments = chain.moments(law, statistic)
      let mean = try #require(entry["mean"]?[name]?.number)
      let sd = try #require(entry["sd"]?[name]?.number)
      #expect(isClose(moments.mean, mean, relative: 1e-9), "\(name): \(moments.mean), \(mean)")
      #expect(isClose(moments.sd, sd, relative: 1e-9), "\(name): \(moments.sd), \(sd)")
    }
    let probability = try #require(entry["prob_start_state"]?.number)
    #expect(isClose(law[start], probability, relative: 1e-9))
  }

  @Test func exactLawOfFourDirected() throws {
    let text = try String(
      contentsOf: Self.folder().appendingPathComponent("exact_enumeration.json"), encoding: .utf8)
    let entry = try #require(try JSON(parsing: text)["directed_n4_eval"])
    let model = FormationModel(
      rate: 3,
      effects: [
        WeightedEffect("density", Density(), weight: -1),
        WeightedEffect("reciprocity", Reciprocity(), weight: 1.2),
        WeightedEffect("transitivity", Transitivity(), weight: 0.3),
        WeightedEffect("similar", Similar([1, 2, 3, 4]), weight: 0.8),
      ])
    let chain = ExactChain(actors: 4, directed: true)
    let start = chain.bits([(0, 1), (1, 0), (1, 2), (2, 3)])
    let law = chain.distribution(model, start: start, time: 1)
    let statistics: [(String, (Network) -> Double)] = [
      ("ties", Count.ties), ("mutual", Count.mutual), ("transTrip", Count.transitiveTriplets),
      ("cycle3", Count.threeCycles), ("isolates", Count.isolates),
    ]
    for (name, statistic) in statistics {
      let moments = chain.moments(law, statistic)
      let mean = try #require(entry["mean"]?[name]?.number)
      let sd = try #require(entry["sd"]?[name]?.number)
      #expect(isClose(moments.mean, mean, relative: 1e-9), "\(name): \(moments.mean), \(mean)")
      #expect(isClose(moments.sd, sd, relative: 1e-9), "\(name): \(moments.sd), \(sd)")
    }
  }

  static func network(_ file: String, directed: Bool) throws -> Network {
    let rows = try lines(file)
    var ties: [(from: Int, to: Int)] = []
    for (i, row) in rows.enumerated() {
      for (j, cell) in row.enumerated() where cell == "1" && (directed || i < j) {
        ties.append((i, j))
      }
    }
    return Network(actors: rows.count, directed: directed, ties: ties)
  }

  /// Means within four joint Monte Carlo standard errors, standard deviations within 7 %: a false alarm in 16,000
  /// for each mean.
  private func compare(
    _ simulator: FormationSimulator, from start: Network, file: String,
    _ statistics: [(String, @Sendable (Network) -> Double)]
  ) throws {
    let runs = 8000
    let values = replicate(40, threads: 2) { block in
      (0..<(runs / 40)).map { run in
        let end = simulator.run(
          from: start, years: 1, seed: Seed(21), replicate: UInt32(block * (runs / 40) + run))
        return statistics.map { $0.1(end) }
      }
    }.flatMap { $0 }
    let reference = try Self.lines(file)
    for (k, statistic) in statistics.enumerated() {
      let row = try #require(reference.first { $0[0] == statistic.0 })
      let mean = try #require(Double(row[1]))
      let sd = try #require(Double(row[2]))
      let error = try #require(Double(row[3]))
      let own = values.reduce(0) { $0 + $1[k] } / Double(runs)
      let variance =
        values.reduce(0) { $0 + ($1[k] - own) * ($1[k] - own) } / Double(runs - 1)
      let joint = (error * error + variance / Double(runs)).squareRoot()
      #expect(abs(own - mean) < 4 * joint, "\(file) \(statistic.0): \(own) against \(mean)")
      let ratio = variance.squareRoot() / sd
      #expect(0.93...1.07 ~= ratio, "\(file) \(statistic.0): sd ratio \(ratio)")
    }
  }

  @Test func momentsOfS1() throws {
    let start = try Self.network("s501.csv", directed: true)
    let model = FormationModel(
      rate: 6,
      effects: [
        WeightedEffect("density", Density(), weight: -2.5),
        WeightedEffect("reciprocity", Reciprocity(), weight: 2.2),
        WeightedEffect("transitivity", Transitivity(), weight: 0.6),
      ])
    try compare(
      FormationSimulator(model, actors: 50, directed: true, blockSize: 4), from: start,
      file: "sim_S1_dir_basic.csv",
      [
        ("ties", Count.ties), ("mutual", Count.mutual), ("transTrip", Count.transitiveTriplets),
        ("cycle3", Count.threeCycles), ("iso", Count.isolates),
      ])
  }

  @Test func momentsOfU3() throws {
    let start = try Self.network("s501_sym.csv", directed: false)
    let smoke = try Self.lines("s50_smoke.csv").map { Int32($0[0]) ?? 0 }
    let model = FormationModel(
      rate: 5,
      effects: [
        WeightedEffect("density", Density(), weight: -1.2),
        WeightedEffect("transitivity", Transitivity(), weight: 0.7),
        WeightedEffect("same", Same(smoke), weight: 0.15),
      ])
    try compare(
      FormationSimulator(model, actors: 50, directed: false, blockSize: 4), from: start,
      file: "sim_U3_und.csv",
      [
        ("edges", Count.ties), ("triangles", Count.triangles), ("twostars", Count.twoStars),
        ("iso", Count.isolates),
      ])
  }
}
