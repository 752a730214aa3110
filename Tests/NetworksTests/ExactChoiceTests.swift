import Networks
import Probability
import Testing

/// The draw from all alternatives against probabilities by brute force.
@Suite struct ExactChoiceTests {
  static let count = 400

  static func world() -> (effects: [WeightedEffect], network: Network, places: Locations) {
    var random = RandomStream(Seed(8))
    let places = Locations(
      eastings: (0..<count).map { _ in 100 * random.uniform() },
      northings: (0..<count).map { _ in 100 * random.uniform() })
    let effects = [
      WeightedEffect("density", Density(), weight: 3),
      WeightedEffect("log-distance", LogDistance(places), weight: -1.2),
      WeightedEffect("same", Same(places.eastings.map { Int32($0 / 25) }), weight: 0.6),
      WeightedEffect(
        "similar", Similar((0..<count).map { _ in random.normal() }), weight: -1.5),
      WeightedEffect("transitivity", Transitivity(), weight: 0.7),
    ]
    var network = Network(actors: count, directed: false)
    for _ in 0..<600 {
      let i = random.index(below: count)
      let j = (i + 1 + random.index(below: count - 1)) % count
      if !network.hasTie(i, j) { network.toggle(i, j) }
    }
    return (effects, network, places)
  }

  /// Probabilities of every alternative, the last one no change.
  static func probabilities(
    _ effects: [WeightedEffect], _ network: Network, ego: Int, lift: Double,
    among candidates: [Int32]
  ) -> [Double] {
    var utilities = [Double](repeating: lift, count: candidates.count)
    var span = utilities.mutableSpan
    for item in effects {
      item.effect.addChanges(
        network, ego: ego, candidates: candidates.span, weight: item.weight, to: &span)
    }
    var result = [Double](repeating: 0, count: network.actorCount + 1)
    result[network.actorCount] = 1
    for (alter, utility) in zip(candidates, utilities) {
      result[Int(alter)] = PortableMath.exp(
        network.hasTie(ego, Int(alter)) ? -utility : utility)
    }
    let total = result.reduce(0, +)
    return result.map { $0 / total }
  }

  /// χ² over alternatives with at least 20 expected draws and the rest together. The bound is the normal
  /// approximation at z = 4.5: a false alarm in 300,000 for each of twelve, with fixed seeds.
  @Test(arguments: [(0, 0.0), (17, 0.0), (133, 1.0), (399, -0.5)], [1, 7, 400])
  func drawsFollowTheirLaw(_ actor: (ego: Int, lift: Double), blockSize: Int) {
    let model = FormationModel(rate: 1, effects: Self.world().effects)
    check(
      FormationSimulator(
        model, actors: Self.count, directed: false, blockSize: blockSize, nearBlocks: 3),
      ego: actor.ego, lift: actor.lift)
  }

  /// The same by a Gumbel number of each alter's own.
  @Test(arguments: [(0, 0.0), (133, 1.0), (399, -0.5)])
  func keyedDrawsFollowTheirLaw(_ actor: (ego: Int, lift: Double)) {
    let model = FormationModel(rate: 1, effects: Self.world().effects)
    check(
      FormationSimulator(model, actors: Self.count, directed: false, draws: .gumbel),
      ego: actor.ego, lift: actor.lift)
  }

  /// A tie that becomes less attractive changes the choice of those who would have made it, and of no one else.
  @Test func keyedDrawsMoveWithWhatHasChangedAlone() {
    let (effects, network, _) = Self.world()
    func draws(_ more: [WeightedEffect]) -> [Int?] {
      let simulator = FormationSimulator(
        FormationModel(rate: 1, effects: effects + more), actors: Self.count, directed: false,
        draws: .gumbel)
      return (0..<4000).map {
        simulator.draw(network, ego: 17, lift: 0, seed: Seed(9), replicate: UInt32($0))
      }
    }
    let before = draws([])
    // One that would have been chosen loses all attraction.
    let first = before.compactMap(\.self).filter { !network.hasTie(17, $0) }
    let lost = first[0]
    let after = draws([
      WeightedEffect(
        "dyadic",
        DyadicCovariate(
          PairTable(actors: Self.count, pairs: [(17, lost, -50)]), centred: false), weight: 1)
    ])
    for (a, b) in zip(before, after) { #expect(a == lost ? b != lost : a == b) }
  }

  private func check(_ simulator: FormationSimulator, ego: Int, lift: Double) {
    let (effects, network, _) = Self.world()
    let actor = (ego: ego, lift: lift)
    let others = (0..<Self.count).filter { $0 != actor.ego }.map(Int32.init)
    let law = Self.probabilities(
      effects, network, ego: actor.ego, lift: actor.lift, among: others)
    let draws = 60_000
    var counts = [Double](repeating: 0, count: Self.count + 1)
    for k in 0..<draws {
      let alter = simulator.draw(
        network, ego: actor.ego, lift: actor.lift, seed: Seed(9), replicate: UInt32(k))
      counts[alter ?? Self.count] += 1
    }
    var (chiSquared, degrees) = (0.0, -1.0)
    var (restExpected, restCount) = (0.0, 0.0)
    for (p, count) in zip(law, counts) {
      let expected = p * Double(draws)
      if expected < 20 {
        restExpected += expected
        restCount += count
      } else {
        chiSquared += (count - expected) * (count - expected) / expected
        degrees += 1
      }
    }
    if restExpected > 0 {
      chiSquared += (restCount - restExpected) * (restCount - restExpected) / restExpected
      degrees += 1
    }
    let z = (chiSquared - degrees) / (2 * degrees).squareRoot()
    #expect(degrees > 20)
    #expect(z < 4.5, "χ² \(chiSquared) on \(degrees) degrees of freedom")
    #expect(counts[actor.ego] == 0)
  }

  /// Blocks change the order in which random numbers are used, not what is simulated; the same blocks give the
  /// same network, and other replicates another one.
  @Test func runsAreReproducible() {
    let (effects, network, _) = Self.world()
    let simulator = FormationSimulator(
      FormationModel(rate: 2, effects: effects), actors: Self.count, directed: false)
    let a = simulator.run(from: network, years: 3, seed: Seed(1), replicate: 4)
    #expect(a == simulator.run(from: network, years: 3, seed: Seed(1), replicate: 4))
    #expect(a != simulator.run(from: network, years: 3, seed: Seed(1), replicate: 5))
    #expect(a != simulator.run(from: network, years: 3, seed: Seed(2), replicate: 4))
  }

  /// Coefficients beyond all measure end in ties, not in a crash or for ever.
  @Test(arguments: [-900.0, 900])
  func extremeCoefficientsAreSurvived(weight: Double) {
    let (_, network, places) = Self.world()
    let effects = [
      WeightedEffect("density", Density(), weight: weight),
      WeightedEffect("log-distance", LogDistance(places), weight: weight),
      WeightedEffect("transitivity", Transitivity(), weight: weight),
    ]
    let simulator = FormationSimulator(
      FormationModel(rate: 1, effects: effects), actors: Self.count, directed: false)
    let end = simulator.run(
      from: network, years: 1, lift: [Double](repeating: weight, count: Self.count),
      seed: Seed(1), replicate: 0)
    #expect((end.tieCount > network.tieCount) == (weight > 0))
  }
}
