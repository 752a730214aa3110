import Networks
import Probability
import Testing

/// Alters that are chosen by behaviours, weighed level by level, follow the same law as alters weighed one by one.
///
/// Each |z| < 4 has a false-alarm rate of 6e-5; seeds are fixed.
@Suite struct BehaviourLevelTests {
  static let count = 40
  static let kinds = (0..<count).map { Double($0 % 3) }
  static let likeness = Likeness(range: 4, centre: 0.6)

  static func behaviours(_ ranges: [ClosedRange<Double>]) -> [PanelModel.Behaviour] {
    ranges.enumerated().map { b, range in
      let centre = (range.lowerBound + range.upperBound) / 2
      return PanelModel.Behaviour(
        "z\(b)", range: range,
        terms: [
          ("linear", LinearShape(centre: centre)),
          ("average-similarity", PartnerSimilarity(likeness, average: true)),
          ("indegree", DegreeInfluence(centre: centre, received: true)),
        ])
    }
  }

  static func runs(
    directed: Bool, _ ranges: [ClosedRange<Double>], oneByOne: Bool, seed: UInt64
  ) -> [PeriodSimulator.Run] {
    var terms = [
      PanelModel.NetworkTerm("density", Density()),
      PanelModel.NetworkTerm("transitivity", Transitivity()),
      PanelModel.NetworkTerm("same", CovariateEffect(SameValue(), kinds)),
      PanelModel.NetworkTerm("similar", selectionOn: 0, likeness),
      PanelModel.NetworkTerm("alter", selectionOn: 1, AlterValue(centre: 1), part: .creation),
      PanelModel.NetworkTerm("similar 1", selectionOn: 1, likeness, part: .endowment),
    ]
    var weights = [-1.8, 0.3, 0.4, 0.9, 0.3, 0.5]
    if oneByOne {
      terms.append(ChoiceClassTests.nothing)
      weights.append(0)
    }
    let model = PanelModel(
      directed: directed, consent: .initiative(InitiativeAndConfirmation(offset: 1)),
      terms: terms, behaviours: behaviours(ranges))
    let simulator = PeriodSimulator(
      model,
      parameters: [4] + weights + [3, 0.1, 2, -0.05] + [2, -0.2, 1, 0.1], period: 0, periods: 1,
      actors: count,
      constraints: PeriodConstraints(
        actors: count, directed: directed, fixed: [(from: 0, to: 1), (from: 5, to: 30)],
        absent: [7, 11]), withScores: true)
    var start = ChoiceClassTests.start(count, directed: directed, seed: 6)
    start.behaviours = ranges.map { range in
      let steps = Int(range.upperBound - range.lowerBound) + 1
      return (0..<count).map { range.lowerBound + Double($0 * 7 / 3 % steps) }
    }
    return PeriodSimulatorTests.draws(simulator, from: start, seed: seed, runs: 1500)
  }

  /// Five by three levels and three kinds are tabulated; with forty values of the second behaviour nothing is.
  @Test(arguments: [(true, 2.0), (false, 2), (true, 39)])
  func levelsFollowTheSameLaw(_ directed: Bool, _ highest: Double) throws {
    let ranges = [1.0...5, 0...highest]
    let byLevel = Self.runs(directed: directed, ranges, oneByOne: false, seed: 7)
    let oneByOne = Self.runs(directed: directed, ranges, oneByOne: true, seed: 8)
    func compare(_ name: String, _ value: (PeriodSimulator.Run) -> Double) {
      let (a, b) = (byLevel.map(value), oneByOne.map(value))
      func moments(_ x: [Double]) -> (mean: Double, variance: Double) {
        let mean = x.reduce(0, +) / Double(x.count)
        return (mean, x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count - 1))
      }
      let (first, second) = (moments(a), moments(b))
      let error = ((first.variance + second.variance) / Double(a.count)).squareRoot()
      #expect(abs(first.mean - second.mean) < 4 * error, "\(name): \(first.mean), \(second.mean)")
    }
    compare("ties") { Count.ties($0.state.network) }
    compare("triangles") { Double(Transitivity().statistic(of: $0.state.network)) }
    for b in 0...1 {
      compare("sum of behaviour \(b)") { $0.state.behaviours[b].reduce(0, +) }
      compare("squares of behaviour \(b)") { $0.state.behaviours[b].reduce(0) { $0 + $1 * $1 } }
      compare("likeness in behaviour \(b)") {
        CovariateEffect(Self.likeness, $0.state.behaviours[b]).statistic(of: $0.state.network)
      }
    }
    // The term that does nothing comes after the six others of the network.
    let scores = try #require(byLevel.first).scores.count
    for k in 0..<scores {
      compare("score \(k)") { run in
        run.scores[run.scores.count == scores || k < 7 ? k : k + 1]
      }
      compare("square of score \(k)") { run in
        let score = run.scores[run.scores.count == scores || k < 7 ? k : k + 1]
        return score * score
      }
    }
    let present = byLevel.allSatisfy { run in
      run.state.behaviours.indices.allSatisfy { b in
        run.state.behaviours[b].allSatisfy { ranges[b].contains($0) }
      }
    }
    #expect(present)
  }
}
