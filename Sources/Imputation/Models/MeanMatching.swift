internal import Probability

/// Donors for missing values: the observed units whose predictions are nearest.
///
/// Type-1 matching: observed units by their expected value, missing ones by a draw from its posterior. Little
/// (1988), doi:10.1080/07350015.1988.10509663; van Buuren (2018), section 3.4. Predictions are rounded to
/// ten significant digits first, and units that tie stand in random order.
struct MeanMatching: Sendable {
  private let predictions: [Double]
  private let donors: [Int32]
  private let count: Int

  init(expected: [Double], observed: [Int32], count: Int, _ random: inout RandomStream) {
    let keys = observed.map { (tenDigits(expected[Int($0)]), random.next(), $0) }
      .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
    predictions = keys.map(\.0)
    donors = keys.map(\.2)
    self.count = min(count, observed.count)
  }

  /// One of the nearest donors of a prediction.
  func donor(of prediction: Double, _ random: inout RandomStream) -> Int32 {
    let target = tenDigits(prediction)
    var low = predictions.partition(before: target)
    var high = low
    while high - low < count {
      let left = low > 0 ? target - predictions[low - 1] : .infinity
      let right = high < predictions.count ? predictions[high] - target : .infinity
      if left <= right { low -= 1 } else { high += 1 }
    }
    return donors[low + random.index(below: high - low)]
  }
}

extension [Double] {
  /// The position of the first element of a sorted list that is not below `value`.
  fileprivate func partition(before value: Double) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
