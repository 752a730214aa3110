import Foundation
import Networks
import Probability
import StudyFiles
import Tables
import TestSupport
import Testing

/// Laws of the effects that look at another relation, over random pairs of networks, and their observed statistics beside
/// those of other software.
@Suite struct RelationEffectTests {
  static let count = EffectLawTests.count

  /// The function that each name in the registry stands for.
  static func function(_ name: String) throws -> any RelationFunction {
    let text = LocatedText("\(name)(other)", at: SourceLocation(file: "", line: 1, column: 1))
    let call = try Call(text, path: "")
    let section = Section(call: call.name, arguments: call.arguments, path: "")
    let spec = try Registry.networkEffects.make(call.name, from: section)
    return try #require(spec as? any RelationEffectSpec).relationFunction
  }

  /// The change is the ego's statistic with the tie less that without it, statistics written out tie by tie.
  @Test(arguments: RelationsExactTests.all.map(\.name))
  func changeIsDifferenceOfStatistics(_ name: String) throws {
    let function = try Self.function(name)
    let written = try #require(RelationsExactTests.all.first { $0.name == name })
    for trial in 0..<600 {
      var random = RandomStream(Seed(20), replicate: UInt32(trial))
      let x = EffectLawTests.network(&random, directed: trial % 2 == 0)
      let w = EffectLawTests.network(&random, directed: trial % 4 < 2)
      let ego = random.index(below: Self.count)
      for alter in 0..<Self.count where alter != ego {
        var toggled = x
        toggled.toggle(ego, alter)
        let sign: Double = x.hasTie(ego, alter) ? -1 : 1
        let difference = sign * (written.statistic(toggled, w, ego) - written.statistic(x, w, ego))
        #expect(function.value(w, ego: ego, alter: alter) == difference)
      }
    }
  }

  /// What a function says of its reach is true: which alters are looked at hangs on it.
  @Test(arguments: RelationsExactTests.all.map(\.name))
  func reachIsTrue(_ name: String) throws {
    let function = try Self.function(name)
    for trial in 0..<600 {
      var random = RandomStream(Seed(21), replicate: UInt32(trial))
      let w = EffectLawTests.network(&random, directed: trial % 2 == 0)
      let ego = random.index(below: Self.count)
      let others = (0..<Self.count).filter { $0 != ego }
      let values = others.map { function.value(w, ego: ego, alter: $0) }
      switch function.reach {
      case .own: #expect(Set(values).count == 1)
      case .everywhere: break
      default:
        for (alter, value) in zip(others, values) where value != 0 {
          let isNear = w.hasTie(ego, alter) || w.hasTie(alter, ego)
          let isFar = function.reach == .partnersOfPartners && w.twoPaths(from: ego, to: alter) > 0
          #expect(isNear || isFar)
        }
      }
    }
  }

  /// Actors under other numbers have the same values.
  @Test(arguments: RelationsExactTests.all.map(\.name))
  func numbersOfActorsDoNotMatter(_ name: String) throws {
    let function = try Self.function(name)
    for trial in 0..<200 {
      var random = RandomStream(Seed(22), replicate: UInt32(trial))
      let w = EffectLawTests.network(&random, directed: trial % 2 == 0)
      var order = Array(0..<Self.count)
      for k in order.indices.dropFirst() { order.swapAt(k, random.index(below: k + 1)) }
      let other = Network(
        actors: Self.count, directed: w.isDirected,
        ties: Count.pairs(w).map { (from: order[$0.0], to: order[$0.1]) })
      for ego in 0..<Self.count {
        for alter in 0..<Self.count where alter != ego {
          #expect(
            function.value(w, ego: ego, alter: alter)
              == function.value(other, ego: order[ego], alter: order[alter]))
        }
      }
    }
  }

  // MARK: Beside other software

  /// Three relations in three waves with what `Tests/Fixtures/networks/relations.R` made of them.
  struct Fixture {
    let json: JSON
    let waves: [String: [Network]]

    init() throws {
      let url = fixturesFolder.appendingPathComponent("networks/relations.json")
      json = try JSON(parsing: String(contentsOf: url, encoding: .utf8))
      let count = Int(try #require(json["actors"]?.number))
      var waves: [String: [Network]] = [:]
      for name in ["advice", "support", "joint"] {
        waves[name] = try #require(json["relations"]?[name]?.array).map { wave in
          let ties = try #require(wave.array).map { pair in
            let ends = try #require(pair.array).compactMap(\.number)
            return (from: Int(ends[0]), to: Int(ends[1]))
          }
          return Network(actors: count, directed: name != "joint", ties: ties)
        }
      }
      self.waves = waves
    }

    func states(_ first: String, _ second: String) throws -> [PanelState] {
      let (a, b) = (try #require(waves[first]), try #require(waves[second]))
      return zip(a, b).map { PanelState($0, beside: [$1]) }
    }
  }

  /// Observed statistics of all five effects and their parts, between directed and undirected relations.
  ///
  /// The other software takes degrees less their mean over all waves, so that its statistic is ours less the mean times
  /// the ties that count.
  @Test func observedStatistics() throws {
    let fixture = try Fixture()
    var checked: Set<String> = []
    for item in try #require(fixture.json["targets"]?.array) {
      let relation = try #require(item["relation"]?.string)
      let other = try #require(item["other"]?.string)
      let effect = try #require(item["effect"]?.string)
      let kind = try #require(item["part"]?.string)
      let part: PanelModel.Part =
        kind == "creation" ? .creation : kind == "endow" ? .endowment : .evaluation
      let function = try Self.function(effect)
      let states = try fixture.states(relation, other)
      let model = PanelModel(
        directed: states[0].network.isDirected,
        terms: [
          PanelModel.NetworkTerm(effect, lookingAt: 1, function, part: part),
          PanelModel.NetworkTerm("density", Density(), part: part),
        ],
        beside: [PanelModel.Relation(other, directed: states[0].others[0].isDirected, terms: [])])
      let isOfDegrees = ["popular-in", "active-in"].contains(effect)
      let sent = states.map { Count.pairs($0.others[0]).count }.reduce(0, +)
      let mean = isOfDegrees ? Double(sent) / Double(3 * states[0].network.actorCount) : 0
      let expected = try #require(item["periods"]?.array).compactMap(\.number)
      #expect(expected.count == 2)
      for period in 0..<2 {
        let all = model.statistics(
          from: states[period], to: states[period + 1], period: period, periods: 2)
        let ordered = all[3] * (model.isDirected ? 1 : 2)
        let own = all[2] - mean * ordered
        #expect(
          abs(own - expected[period]) <= 1e-6 * max(1, abs(expected[period])),
          "\(relation) \(effect)(\(other)) \(kind) period \(period + 1): \(own), \(expected[period])"
        )
      }
      checked.insert("\(relation) \(effect) \(other) \(kind)")
    }
    #expect(checked.count == 54, "\(checked.count) checked")
  }

  /// Estimates of two relations that form together beside those of other software: within 0.35 of its standard errors,
  /// standard errors within 0.8 to 1.25, the same observed statistics.
  @Test(arguments: ["directed", "mixed"])
  func estimates(_ name: String) throws {
    let fixture = try Fixture()
    let expected = try #require(fixture.json[name]?["effects"]?.array)
    var terms: [String: [PanelModel.NetworkTerm]] = [:]
    let first = try #require(expected.first?["relation"]?.string)
    let second = try #require(expected.last?["relation"]?.string)
    for item in expected where item["type"]?.string == "eval" {
      let relation = try #require(item["relation"]?.string)
      let effect = try #require(item["effect"]?.string)
      let other = relation == first ? 1 : 0
      let term: PanelModel.NetworkTerm =
        switch effect {
        case "density": PanelModel.NetworkTerm(effect, Density())
        case "recip": PanelModel.NetworkTerm(effect, Reciprocity())
        case "transTrip": PanelModel.NetworkTerm(effect, Transitivity())
        case "crprod": PanelModel.NetworkTerm(effect, lookingAt: other, TiedThere())
        default: PanelModel.NetworkTerm(effect, lookingAt: other, ReturnedThere())
        }
      terms[relation, default: []].append(term)
    }
    let states = try fixture.states(first, second)
    let model = PanelModel(
      directed: true, terms: terms[first] ?? [],
      beside: [
        PanelModel.Relation(
          second, directed: states[0].others[0].isDirected, terms: terms[second] ?? [])
      ])
    let estimate = try MomentEstimator(model, Panel(waves: states), replicates: 1000)
      .estimate(seed: Seed(30), threads: 2)
    #expect(estimate.parameters.count == expected.count)
    for (item, parameter) in zip(expected, estimate.parameters) {
      let value = try #require(item["estimate"]?.number)
      let error = try #require(item["error"]?.number)
      let target = try #require(item["target"]?.number)
      #expect(isClose(parameter.target, target, relative: 1e-9), "\(parameter.effect)")
      let gap = abs(parameter.estimate - value) / error
      let ratio = parameter.standardError / error
      #expect(gap < 0.35, "\(parameter.effect): \(parameter.estimate), \(value) ± \(error)")
      #expect(0.8...1.25 ~= ratio, "\(parameter.effect): \(parameter.standardError), \(error)")
      if ProcessInfo.processInfo.environment["COUNTERPART_SHOW_ERRORS"] != nil {
        print(name, parameter.effect, parameter.estimate, value, "gap", gap, "ratio", ratio)
      }
    }
    #expect(estimate.hasConverged)
  }
}
