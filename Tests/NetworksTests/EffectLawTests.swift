import Networks
import Probability
import StudyFiles
import Testing

/// Laws of every effect, over thousands of random networks.
@Suite struct EffectLawTests {
  static let count = 9

  /// Every effect among nine actors with random covariates and places.
  static func effects(_ random: inout RandomStream) -> [(String, any NetworkEffect)] {
    let codes = (0..<count).map { _ in Int32(random.index(below: 3)) }
    let values = (0..<count).map { _ in random.normal() }
    let places = Locations(
      eastings: (0..<count).map { _ in 50 * random.uniform() },
      northings: (0..<count).map { _ in 50 * random.uniform() })
    return [
      ("density", Density()), ("reciprocity", Reciprocity()), ("transitivity", Transitivity()),
      ("log-distance", LogDistance(places)), ("same", Same(codes)), ("similar", Similar(values)),
    ] + furtherEffects(codes, values, pairs: &random)
  }

  /// What is directed only by its definition.
  static let directedOnly: Set<String> = [
    "reciprocity", "in-activity", "out-popularity", "three-cycles", "in-activity-sqrt",
    "out-popularity-sqrt", "returned-activity", "returned-transitivity", "returned-similar",
    "gwesp-backward",
  ]

  static func furtherEffects(
    _ codes: [Int32], _ values: [Double], pairs random: inout RandomStream
  ) -> [(String, any NetworkEffect)] {
    var pairs: [(from: Int, to: Int, value: Double)] = []
    for i in 0..<codes.count {
      for j in 0..<codes.count where i != j && random.uniform() < 0.3 {
        pairs.append((i, j, random.normal()))
      }
    }
    return furtherEffects(codes, values, table: pairs)
  }

  static func furtherEffects(
    _ codes: [Int32], _ values: [Double], table: [(from: Int, to: Int, value: Double)]
  ) -> [(String, any NetworkEffect)] {
    let centring = Centring(values)
    let levels = codes.map(Double.init)
    return [
      ("ego", CovariateEffect(EgoValue(centre: centring.mean), values)),
      ("alter", CovariateEffect(AlterValue(centre: centring.mean), values)),
      ("ego-plus-alter", CovariateEffect(EgoPlusAlter(centre: centring.mean), values)),
      ("product", CovariateEffect(ValueProduct(centre: centring.mean), values)),
      ("difference", CovariateEffect(ValueDifference(), values)),
      ("absolute-difference", CovariateEffect(AbsoluteDifference(), values)),
      ("higher", CovariateEffect(HigherValue(), levels)),
      ("strong-weak", CovariateEffect(FarApart(gap: 0.5 * centring.sd), values)),
      ("shared-group", Same(codes)),
      ("dyadic", DyadicCovariate(PairTable(actors: codes.count, pairs: table))),
      (
        "past",
        DyadicCovariate(
          PairTable(
            actors: codes.count, pairs: table.map { ($0.from, $0.to, 1) }, symmetric: true),
          centred: false)
      ),
      ("transitive-ties", TransitiveTies()), ("three-cycles", ThreeCycles()),
      ("gwesp", SharedPartners(alpha: 0.69)), ("popularity", Popularity()),
      ("popularity-sqrt", Popularity(root: true)), ("out-popularity", OutPopularity()),
      ("activity", Activity()), ("activity-sqrt", RootActivity()), ("in-activity", InActivity()),
      ("truncated-outdegree", TruncatedDegree(limit: 2)), ("isolates", Isolation()),
      ("capacity", Capacity(limit: 3)), ("out-popularity-sqrt", OutPopularity(root: true)),
      ("in-activity-sqrt", InActivity(root: true)), ("returned-activity", ReturnedActivity()),
      ("returned-transitivity", ReturnedTransitivity()), ("gwesp-backward", BackwardPartners()),
      (
        "returned-similar",
        ReturnedSimilarity(
          Likeness(range: centring.range, centre: centring.similarity), values)
      ),
      ("ego-squared", CovariateEffect(EgoSquare(centre: centring.mean), values)),
      ("alter-squared", CovariateEffect(AlterSquare(centre: centring.mean), values)),
      ("squared-difference", CovariateEffect(SquaredDifference(), values)),
    ]
  }

  static func network(_ random: inout RandomStream, directed: Bool) -> Network {
    let density = random.uniform()
    var ties: [(from: Int, to: Int)] = []
    for i in 0..<count {
      for j in 0..<count where i != j && (directed || i < j) && random.uniform() < density {
        ties.append((i, j))
      }
    }
    return Network(actors: count, directed: directed, ties: ties)
  }

  static func change(
    _ effect: any NetworkEffect, _ network: Network, ego: Int, _ candidates: [Int32]
  ) -> [Double] {
    var changes = [Double](repeating: 0, count: candidates.count)
    var span = changes.mutableSpan
    effect.addChanges(network, ego: ego, candidates: candidates.span, weight: 1, to: &span)
    return changes
  }

  /// A new effect must be added to the laws.
  @Test func everyRegisteredEffectIsHere() {
    var random = RandomStream(Seed(1))
    // Those of other relations have laws of their own: `RelationEffectTests`.
    let all = Self.effects(&random).map(\.0) + RelationsExactTests.all.map(\.name)
    #expect(all.sorted() == Registry.networkEffects.names.sorted())
  }

  /// The change is the statistic with the tie less the statistic without it.
  @Test(arguments: [true, false])
  func changeIsDifferenceOfStatistics(directed: Bool) {
    var largest = 0.0
    for trial in 0..<1500 {
      var random = RandomStream(Seed(2), replicate: UInt32(trial))
      let effects = Self.effects(&random)
      let network = Self.network(&random, directed: directed)
      let ego = random.index(below: Self.count)
      let candidates = (0..<Self.count).filter { $0 != ego }.map(Int32.init)
      for (name, effect) in effects where directed || !Self.directedOnly.contains(name) {
        let changes = Self.change(effect, network, ego: ego, candidates)
        for (alter, change) in zip(candidates, changes) {
          var toggled = network
          toggled.toggle(ego, Int(alter))
          let sign: Double = network.hasTie(ego, Int(alter)) ? -1 : 1
          let difference =
            sign
            * (effect.statistic(toggled, ego: ego) - effect.statistic(network, ego: ego))
          largest = max(largest, abs(difference - change))
          if abs(difference - change) > 1e-12 { Issue.record("\(name): \(change), \(difference)") }
        }
      }
    }
    #expect(largest < 1e-12)
  }

  /// Candidates in another order have the same changes.
  @Test func orderOfCandidatesDoesNotMatter() {
    for trial in 0..<300 {
      var random = RandomStream(Seed(3), replicate: UInt32(trial))
      let effects = Self.effects(&random)
      let network = Self.network(&random, directed: trial % 2 == 0)
      let ego = random.index(below: Self.count)
      let candidates = (0..<Self.count).filter { $0 != ego }.map(Int32.init)
      for (_, effect) in effects {
        let forward = Self.change(effect, network, ego: ego, candidates)
        let backward = Self.change(effect, network, ego: ego, candidates.reversed())
        #expect(forward == Array(backward.reversed()))
      }
    }
  }

  /// Actors under other numbers have the same changes and statistics.
  @Test func numbersOfActorsDoNotMatter() {
    for trial in 0..<300 {
      var random = RandomStream(Seed(4), replicate: UInt32(trial))
      let directed = trial % 2 == 0
      var order = Array(0..<Self.count)
      for k in order.indices.dropFirst() { order.swapAt(k, random.index(below: k + 1)) }
      let codes = (0..<Self.count).map { _ in Int32(random.index(below: 3)) }
      let values = (0..<Self.count).map { _ in random.normal() }
      var table: [(from: Int, to: Int, value: Double)] = []
      for _ in 0..<12 {
        let (i, j) = (random.index(below: Self.count), random.index(below: Self.count))
        if i != j { table.append((i, j, random.normal())) }
      }
      func pair(
        _ codes: [Int32], _ values: [Double], _ table: [(from: Int, to: Int, value: Double)]
      ) -> [any NetworkEffect] {
        [
          Density(), Reciprocity(), Transitivity(), Same(codes), Similar(values),
          LogDistance(Locations(eastings: values, northings: codes.map(Double.init))),
        ] + Self.furtherEffects(codes, values, table: table).map(\.1)
      }
      let network = Self.network(&random, directed: directed)
      // Actor i is actor order[i] of the other.
      var position = [Int](repeating: 0, count: Self.count)
      for (i, p) in order.enumerated() { position[p] = i }
      let other = Network(
        actors: Self.count, directed: directed,
        ties: Count.pairs(network).map { (from: order[$0.0], to: order[$0.1]) })
      let effects = pair(codes, values, table)
      let moved = pair(
        position.map { codes[$0] }, position.map { values[$0] },
        table.map { (order[$0.from], order[$0.to], $0.value) })
      for ego in 0..<Self.count {
        let candidates = (0..<Self.count).filter { $0 != ego }
        for (a, b) in zip(effects, moved) {
          #expect(abs(a.statistic(network, ego: ego) - b.statistic(other, ego: order[ego])) < 1e-12)
          let changes = Self.change(a, network, ego: ego, candidates.map(Int32.init))
          let others = Self.change(b, other, ego: order[ego], candidates.map { Int32(order[$0]) })
          for (x, y) in zip(changes, others) { #expect(abs(x - y) < 1e-12) }
        }
      }
    }
  }

  /// What an effect says of its reach is true: exact choice hangs on it.
  @Test func reachIsTrue() {
    for trial in 0..<1000 {
      var random = RandomStream(Seed(5), replicate: UInt32(trial))
      let effects = Self.effects(&random)
      let directed = trial % 2 == 0
      let network = Self.network(&random, directed: directed)
      let empty = Network(actors: Self.count, directed: directed)
      let ego = random.index(below: Self.count)
      let candidates = (0..<Self.count).filter { $0 != ego }.map(Int32.init)
      func tied(_ a: Int, _ b: Int) -> Bool { network.hasTie(a, b) || network.hasTie(b, a) }
      for (name, effect) in effects {
        let changes = Self.change(effect, network, ego: ego, candidates)
        if effect.reach == .pair {
          #expect(changes == Self.change(effect, empty, ego: ego, candidates), "\(name)")
          continue
        }
        if effect.reach == .own {
          // One number for those that are no partners, whoever they are.
          let free = zip(candidates, changes).filter { !network.hasTie(ego, Int($0.0)) }
          #expect(Set(free.map(\.1)).count <= 1, "\(name)")
          continue
        }
        for (candidate, change) in zip(candidates, changes) where change != 0 {
          let alter = Int(candidate)
          let second = (0..<Self.count).contains { network.hasTie(ego, $0) && tied($0, alter) }
          let sender = (0..<Self.count).contains {
            network.hasTie($0, ego) && network.hasTie(alter, $0)
          }
          let reached =
            tied(ego, alter) || (effect.reach == .sendersOfSenders && sender)
            || (effect.reach == .partnersOfPartners && second)
            || effect.reach == .everywhere
          #expect(reached, "\(name)")
        }
      }
    }
  }

  /// Bounds of blocks are bounds.
  @Test func boundsHold() {
    for trial in 0..<300 {
      var random = RandomStream(Seed(6), replicate: UInt32(trial))
      let effects = Self.effects(&random)
      let network = Network(actors: Self.count, directed: false)
      for (name, effect) in effects {
        guard let effect = effect as? any PairEffect else { continue }
        let blocks = Blocks(
          actors: Self.count, axes: effect.axes, atMost: 1 + random.index(below: 4))
        let kernel = effect.bounds(blocks)
        for weight in [-1.3, 0.7] {
          for ego in 0..<Self.count {
            var bounds = [Double](repeating: 0, count: blocks.count)
            var span = bounds.mutableSpan
            kernel.add(block: Int(blocks.blockOf[ego]), weight: weight, to: &span)
            let others = (0..<Self.count).filter { $0 != ego }.map(Int32.init)
            for (alter, change) in zip(others, Self.change(effect, network, ego: ego, others)) {
              #expect(
                weight * change <= bounds[Int(blocks.blockOf[Int(alter)])] + 1e-12, "\(name)")
            }
          }
        }
      }
    }
  }

  @Test func similarityIsCentredOnPairs() {
    let values = [1.0, 2, 3, 4]
    #expect(abs(Similar(values).centre - 0.4444444444444445) < 1e-15)
    #expect(Similar([2, 2, 2]).centre == 1)
  }
}
