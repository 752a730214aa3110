internal import LinearAlgebra
public import Probability

/// What a model's parameters can be where only summaries of a network are known: its mean degree, how many ties are
/// returned, how many two-paths are closed, among so many actors.
///
/// Approximate Bayesian computation: parameters are drawn from their priors, networks are simulated with them, and those
/// draws are kept whose networks have about the summaries that were reported. It goes in generations whose distance
/// shrinks: the draws of each come from those kept in the last, moved at random, and are weighted for it (population
/// Monte Carlo: Beaumont, Cornuet, Marin & Robert 2009, doi:10.1093/biomet/asp052). What is left of the distance is
/// taken out by local linear regression (Beaumont, Zhang & Balding 2002, doi:10.1093/genetics/162.4.2025).
///
/// One wave says nothing of the speed of change: networks are simulated from none, with so many opportunities an actor
/// that the start is forgotten, and are taken to be settled.
///
/// Every simulation has a stream of its own, keyed by generation and candidate, and candidates are taken in order: the
/// result does not depend on threads.
public struct SummaryEstimator: Sendable {
  public let model: PanelModel
  /// Of each term of the model.
  public let priors: [Spread]
  public let summaries: [NetworkSummary]
  public let observed: [Double]
  public let actors: Int
  /// Opportunities an actor before its network is looked at.
  public let opportunities: Double
  /// Draws that are kept in each generation.
  public let particles: Int

  public init(
    _ model: PanelModel, priors: [Spread], summaries: [NetworkSummary], observed: [Double],
    actors: Int, opportunities: Double = 30, particles: Int = 500
  ) throws(SummaryProblem) {
    precondition(priors.count == model.terms.count, "expected a prior for each term")
    precondition(summaries.count == observed.count, "expected a value of each summary")
    let unknown = priors.count { !$0.isFixed }
    guard unknown > 0 else { throw .nothingUnknown }
    guard summaries.count >= unknown else {
      throw .tooFewSummaries(summaries.count, unknowns: unknown)
    }
    self.model = model
    self.priors = priors
    self.summaries = summaries
    self.observed = observed
    self.actors = actors
    self.opportunities = opportunities
    self.particles = particles
  }

  /// One draw: standard normal numbers of the unknowns, the summaries of the network it made, and its weight.
  struct Particle: Sendable {
    var z: [Double]
    let summaries: [Double]
    let distance: Double
    var weight: Double
  }

  private var unknown: [Int] { priors.indices.filter { !priors[$0].isFixed } }

  /// The parameters of some standard normal numbers.
  func parameters(_ z: [Double]) -> [Double] {
    var theta = priors.map(\.median)
    for (i, k) in unknown.enumerated() { theta[k] = priors[k].value(at: z[i]) }
    return theta
  }

  /// The summaries of a network made with some parameters; `nil` where it ran away.
  private func simulate(_ z: [Double], using random: inout RandomStream) -> [Double]? {
    // Pairs meet at the square of the rate: 2 ρ² (n − 1) opportunities an actor.
    let rate =
      model.meets
      ? (opportunities / Double(2 * max(1, actors - 1))).squareRoot() : opportunities
    let simulator = PeriodSimulator(
      model, parameters: [rate] + parameters(z), period: 0, periods: 1, actors: actors,
      mostTies: mostTies)
    let run = simulator.run(
      from: PanelState(Network(actors: actors, directed: model.isDirected)), using: &random)
    return run.ranAway ? nil : NetworkSummary.values(summaries, of: run.state.network)
  }

  /// Ties at which a simulation is stopped: four times those that were reported, where that is known.
  private var mostTies: Int {
    let pairs = actors * (actors - 1) / (model.isDirected ? 1 : 2)
    guard let place = summaries.firstIndex(of: .meanDegree) else { return pairs / 2 + actors }
    let ties = observed[place] * Double(actors) / (model.isDirected ? 1 : 2)
    return min(pairs, Int(4 * ties) + 2 * actors)
  }

  /// Estimates.
  ///
  /// - Parameters:
  ///   - seed: of this estimation alone.
  ///   - threads: of influence on time alone.
  ///   - progress: called with generations done and expected.
  public func estimate(
    seed: Seed, threads: Int, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(SummaryProblem) -> SummaryEstimate {
    let size = unknown.count
    progress(0, Self.generations)
    // The first generation is the prior; its networks say how much each summary varies.
    let pilot = replicate(particles, threads: threads) { index in
      var random = RandomStream(seed["prior"], replicate: UInt32(index))
      let z = (0..<size).map { _ in random.normal() }
      return (z, self.simulate(z, using: &random))
    }
    let known = pilot.compactMap { z, summaries in summaries.map { (z, $0) } }
    guard known.count >= max(20, particles / 20) else {
      throw .priorsRunAway(share: 1 - Double(known.count) / Double(particles))
    }
    let scales = summaries.indices.map { k in Self.spread(known.map { $0.1[k] }) }
    func distance(_ values: [Double]) -> Double {
      zip(zip(values, observed), scales).reduce(0) {
        let gap = ($1.0.0 - $1.0.1) / $1.1
        return $0 + gap * gap
      }.squareRoot()
    }
    var now = known.map {
      Particle(
        z: $0.0, summaries: $0.1, distance: distance($0.1), weight: 1 / Double(known.count))
    }
    var runAway = particles - known.count
    var simulated = particles
    var tolerance = Double.infinity
    var generation = 1
    while generation < Self.generations {
      let closest = now.map(\.distance).sorted()
      let next = closest[closest.count / 2]
      guard
        let step = self.generation(
          after: now, within: next, distance: distance, seed: seed["\(generation)"],
          threads: threads)
      else { break }
      now = step.particles
      runAway += step.runAway
      simulated += step.simulated
      tolerance = next
      progress(generation, Self.generations)
      generation += 1
      // Closer than a tenth of what the prior spreads: the regression does the rest.
      if tolerance < 0.1 { break }
    }
    progress(Self.generations, Self.generations)
    return SummaryEstimate(
      self, now, tolerance: tolerance, generations: generation, simulated: simulated,
      ranAway: runAway)
  }

  private static let generations = 8
  /// Candidates for one that is kept, before a generation is given up.
  private static let mostTries = 25

  /// The particles within a distance, drawn from those before; `nil` where hardly any is.
  private func generation(
    after old: [Particle], within tolerance: Double,
    distance: ([Double]) -> Double, seed: Seed, threads: Int
  ) -> (particles: [Particle], simulated: Int, runAway: Int)? {
    let kernel = WeightedMoments(old.map(\.z), weights: old.map(\.weight))
    guard let lower = try? Cholesky(2 * kernel.covariance).lower else { return nil }
    var running = old.map(\.weight)
    for k in running.indices.dropFirst() { running[k] += running[k - 1] }
    let total = running.last ?? 1
    let sums = running
    var kept: [Particle] = []
    var (simulated, runAway, first) = (0, 0, 0)
    while kept.count < particles {
      guard simulated < Self.mostTries * particles else { return nil }
      let start = first
      let drawn = replicate(particles, threads: threads) { index in
        var random = RandomStream(seed, replicate: UInt32(start + index))
        let place = random.uniform() * total
        let parent = sums.firstIndex { $0 > place } ?? sums.count - 1
        let normals = (0..<lower.rows).map { _ in random.normal() }
        let z = old[parent].z.indices.map { i in
          (0...i).reduce(old[parent].z[i]) { $0 + lower[i, $1] * normals[$1] }
        }
        return (z, self.simulate(z, using: &random))
      }
      first += particles
      for (z, summaries) in drawn where kept.count < particles {
        simulated += 1
        guard let summaries else {
          runAway += 1
          continue
        }
        let far = distance(summaries)
        if far <= tolerance {
          kept.append(Particle(z: z, summaries: summaries, distance: far, weight: 0))
        }
      }
    }
    guard let factor = try? Cholesky(2 * kernel.covariance) else { return nil }
    let whitened = old.map {
      factor.solveLower(Matrix(rows: $0.z.count, columns: [$0.z])).column(0)
    }
    let unweighted = kept
    let particles = replicate(unweighted.count, threads: threads) { index in
      var particle = unweighted[index]
      let z = particle.z
      let own = factor.solveLower(Matrix(rows: z.count, columns: [z])).column(0)
      var mixture = 0.0
      for (parent, other) in zip(old, whitened) {
        let square = zip(own, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        mixture += parent.weight * PortableMath.exp(-0.5 * square)
      }
      let prior = PortableMath.exp(-0.5 * z.reduce(0) { $0 + $1 * $1 })
      particle.weight = mixture > 0 ? prior / mixture : 0
      return particle
    }
    let sum = particles.reduce(0) { $0 + $1.weight }
    guard sum > 0 else { return nil }
    return (
      particles.map {
        Particle(
          z: $0.z, summaries: $0.summaries, distance: $0.distance, weight: $0.weight / sum)
      }, simulated, runAway
    )
  }

  /// The median absolute deviation as the standard deviation of a normal; where most are equal the standard deviation.
  private static func spread(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let median = sorted[sorted.count / 2]
    let deviations = values.map { abs($0 - median) }.sorted()
    let robust = 1.4826 * deviations[deviations.count / 2]
    if robust > 0 { return robust }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance =
      values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, values.count - 1))
    return variance > 0 ? variance.squareRoot() : 1
  }
}

/// What keeps parameters from being estimated by summaries.
public enum SummaryProblem: Error, Sendable, Hashable {
  case nothingUnknown
  case tooFewSummaries(Int, unknowns: Int)
  /// Hardly any draw from the priors makes a network.
  case priorsRunAway(share: Double)
  case data(ScenarioError)
}

extension SummaryProblem: CustomStringConvertible {
  public var description: String {
    switch self {
    case .nothingUnknown:
      "every parameter is given as a number, so that there is nothing to estimate"
    case .tooFewSummaries(let count, let unknowns):
      "\(count) summaries cannot tell \(unknowns) parameters apart: observe more, or give some parameters as numbers"
    case .priorsRunAway(let share):
      "\((100 * share).rounded()) % of the networks drawn from the priors run away to too many ties: narrow the priors, "
        + "above all that of `density`"
    case .data(let problem): "\(problem)"
    }
  }
}
