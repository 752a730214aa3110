/// The candidates of each actor that are enumerated, with running sums of their weights: a draw is one binary
/// search.
struct NearField: Sendable {
  /// One list after the other; actors of a block share theirs.
  private let candidates: [Int32]
  /// Where each actor's list starts.
  private let listStarts: [Int]
  /// Running sums of weights over the candidates of each actor; the actor itself adds nothing.
  private let running: [Double]
  private let runningStarts: [Int]
  private let totals: [Double]

  /// - Parameter listOf: which of `lists` is each actor's.
  init(
    lists: [[Int32]], listOf: [Int32], _ network: borrowing Network, _ effects: [WeightedEffect]
  ) {
    var candidates: [Int32] = []
    var starts: [Int] = []
    for list in lists {
      starts.append(candidates.count)
      candidates += list
    }
    // The largest part of a scenario's memory, so no more of it than is used.
    var running: [Double] = []
    running.reserveCapacity(listOf.reduce(0) { $0 + lists[Int($1)].count })
    var runningStarts = [0]
    var totals: [Double] = []
    for (ego, position) in listOf.enumerated() {
      let list = lists[Int(position)]
      var sum = 0.0
      for (alter, weight) in zip(list, ChoiceField.weights(network, ego: ego, list, effects)) {
        if Int(alter) != ego { sum += weight }
        running.append(sum)
      }
      runningStarts.append(running.count)
      totals.append(sum)
    }
    self.candidates = candidates
    listStarts = listOf.map { starts[Int($0)] }
    self.running = running
    self.runningStarts = runningStarts
    self.totals = totals
  }

  /// The sum of the candidates' weights.
  @inline(__always)
  func total(_ ego: Int) -> Double { totals[ego] }

  /// The candidate at which the running sum first exceeds `target`, which must be below the total.
  @inline(__always)
  func candidate(_ ego: Int, at target: Double) -> Int32 {
    let (start, end) = (runningStarts[ego], runningStarts[ego + 1])
    var (low, high) = (start, end - 1)
    while low < high {
      let middle = (low + high) / 2
      if running[middle] > target { high = middle } else { low = middle + 1 }
    }
    return candidates[listStarts[ego] + low - start]
  }
}
