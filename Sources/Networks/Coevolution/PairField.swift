/// What every choice is worth by the covariates of the pair alone, *w_ij* = exp(Σ β *s_ij*), summed over all
/// alters of each ego, and laid out for drawing one.
///
/// Sums are kept over short runs of alters; a draw finds the run, then weighs its members.
///
/// - Complexity: O(*n*²) time once for each set of parameters; a draw takes O(log *n* + run length). Memory is one
///   number for each ego and run.
struct PairField: Sendable {
  let terms: [(effect: any NetworkEffect, weight: Double)]
  let actorCount: Int
  private let runLength: Int
  private let runs: Int
  /// Sums of weights up to the end of each run, ego after ego.
  private let running: [Double]
  /// The weights themselves where the network is small enough.
  private let weights: [Double]
  let totals: [Double]
  /// Σ_j *w_ij* *s_ij* of each term: one list a term.
  let moments: [[Double]]

  init(
    _ terms: [(effect: any NetworkEffect, weight: Double)], actors count: Int, directed: Bool,
    withMoments: Bool
  ) {
    self.terms = terms
    actorCount = count
    runLength = count <= 256 ? 1 : 16
    runs = (count + runLength - 1) / runLength
    let network = Network(actors: count, directed: directed)
    let everyone = (0..<count).map(Int32.init)
    var running: [Double] = []
    running.reserveCapacity(count * runs)
    var weights: [Double] = []
    var totals: [Double] = []
    var moments = [[Double]](repeating: [], count: terms.count)
    var rows = [[Double]](repeating: [Double](repeating: 0, count: count), count: terms.count)
    var row = [Double](repeating: 0, count: count)
    for ego in 0..<count {
      for k in terms.indices {
        for j in 0..<count { rows[k][j] = 0 }
        Self.add(terms[k].effect, network, ego: ego, everyone, to: &rows[k])
      }
      for j in 0..<count {
        var utility = 0.0
        for k in terms.indices { utility += terms[k].weight * rows[k][j] }
        row[j] = j == ego ? 0 : choiceWeight(utility)
      }
      var sum = 0.0
      for run in 0..<runs {
        for j in (run * runLength)..<min(count, (run + 1) * runLength) { sum += row[j] }
        running.append(sum)
      }
      totals.append(sum)
      if runLength == 1 { weights += row }
      if withMoments {
        for k in terms.indices {
          var moment = 0.0
          for j in 0..<count { moment += row[j] * rows[k][j] }
          moments[k].append(moment)
        }
      }
    }
    self.running = running
    self.weights = weights
    self.totals = totals
    self.moments = moments
  }

  private static func add(
    _ effect: any NetworkEffect, _ network: borrowing Network, ego: Int, _ candidates: [Int32],
    to changes: inout [Double]
  ) {
    var span = changes.mutableSpan
    effect.addChanges(network, ego: ego, candidates: candidates.span, weight: 1, to: &span)
  }

  /// The weight of a pair whose utility is known already.
  @inline(__always)
  func weight(ego: Int, alter: Int, utility: Double) -> Double {
    runLength == 1 ? weights[ego * actorCount + alter] : choiceWeight(utility)
  }

  /// The weight of a pair.
  func weight(_ network: borrowing Network, ego: Int, alter: Int) -> Double {
    if runLength == 1 { return weights[ego * actorCount + alter] }
    let candidate = [Int32(alter)]
    var utility = [0.0]
    var span = utility.mutableSpan
    for term in terms {
      term.effect.addChanges(
        network, ego: ego, candidates: candidate.span, weight: term.weight, to: &span)
    }
    return choiceWeight(utility[0])
  }

  /// The alter at which the running sum first exceeds `target`, which must be below the ego's total.
  func alter(
    _ network: borrowing Network, ego: Int, at target: Double, _ work: inout Work
  ) -> Int {
    let base = ego * runs
    var (low, high) = (0, runs - 1)
    while low < high {
      let middle = (low + high) / 2
      if running[base + middle] > target { high = middle } else { low = middle + 1 }
    }
    if runLength == 1 { return low }
    let first = low * runLength
    let length = min(runLength, actorCount - first)
    for k in 0..<runLength {
      work.candidates[k] = Int32(min(first + k, actorCount - 1))
      work.utilities[k] = 0
    }
    for term in terms {
      Self.addWeighted(term, network, ego: ego, work.candidates, to: &work.utilities)
    }
    var sum = low == 0 ? 0 : running[base + low - 1]
    var last = first
    for k in 0..<length where first + k != ego {
      last = first + k
      sum += choiceWeight(work.utilities[k])
      if sum > target { break }
    }
    return last
  }

  private static func addWeighted(
    _ term: (effect: any NetworkEffect, weight: Double), _ network: borrowing Network, ego: Int,
    _ candidates: [Int32], to utilities: inout [Double]
  ) {
    var span = utilities.mutableSpan
    term.effect.addChanges(
      network, ego: ego, candidates: candidates.span, weight: term.weight, to: &span)
  }

  /// Room for one run.
  struct Work: Sendable {
    var candidates = [Int32](repeating: 0, count: 16)
    var utilities = [Double](repeating: 0, count: 16)
  }
}
