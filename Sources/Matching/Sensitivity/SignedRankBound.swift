internal import Probability

/// Bounds of Wilcoxon's signed rank test of pairs when one of two paired units may have been up to Γ times as
/// likely as the other to be treated, in odds (Rosenbaum 2002, section 4.3, DOI 10.1007/978-1-4757-3692-2).
///
/// With ranks r of the absolute differences that are not zero, T = Σ r over positive ones lies, in
/// distribution, between sums in which each is positive with probability 1/(1 + Γ) and Γ/(1 + Γ); p-values
/// are from the normal approximation, without a continuity correction. Differences of zero are left out
/// before ranking (Wilcoxon) or after it (Pratt 1959, DOI 10.1080/01621459.1959.10501526; Rosenbaum's way).
struct SignedRankBound: BiasedTest {
  static let name = "wilcoxon"

  private let differences: [Double]
  let statistic: Double
  private let sum: Double
  private let squares: Double

  /// `nil` where no difference is other than zero.
  init?(_ differences: [Double], zeros: RosenbaumBounds.ZeroDifferences = .dropped) {
    let kept = differences.filter { zeros == .ranked || $0 != 0 }
    guard kept.contains(where: { $0 != 0 }) else { return nil }
    self.differences = differences
    statistic = Self.rankSum(kept)
    var sum = 0.0
    var squares = 0.0
    for (rank, difference) in zip(averageRanks(kept.map(abs)), kept) where difference != 0 {
      sum += rank
      squares += rank * rank
    }
    self.sum = sum
    self.squares = squares
  }

  private static func rankSum(_ kept: [Double]) -> Double {
    var positive = 0.0
    for (rank, difference) in zip(averageRanks(kept.map(abs)), kept) where difference > 0 {
      positive += rank
    }
    return positive
  }

  func pValue(_ gamma: Double) -> (upper: Double, lower: Double) {
    func tail(_ share: Double) -> Double {
      let deviate = (statistic - share * sum) / (squares * share * (1 - share)).squareRoot()
      return Normal().cumulative(-deviate)
    }
    return (tail(gamma / (1 + gamma)), tail(1 / (1 + gamma)))
  }

  /// The range of Hodges and Lehmann's estimates at Γ: the shifts at which T takes its largest and its least
  /// expectation.
  func estimates(_ gamma: Double) -> ClosedRange<Double> {
    let count = Double(differences.count)
    let total = count * (count + 1) / 2
    let low = shift(toReach: total * gamma / (1 + gamma))
    let high = shift(toReach: total / (1 + gamma))
    return min(low, high)...max(low, high)
  }

  /// Halfway between the largest shift whose T exceeds `target` and the least whose T falls short of it. T is
  /// a step function of the shift, so that bisection ends at the step itself.
  private func shift(toReach target: Double) -> Double {
    let least = (differences.min() ?? 0) - 1
    let most = (differences.max() ?? 0) + 1
    func edge(_ isBelow: (Double) -> Bool) -> Double {
      var (low, high) = (least, most)
      while true {
        let middle = (low + high) / 2
        guard middle > low, middle < high else { return middle }
        if isBelow(Self.rankSum(differences.map { $0 - middle }.filter { $0 != 0 })) {
          low = middle
        } else {
          high = middle
        }
      }
    }
    return (edge { $0 > target } + edge { $0 >= target }) / 2
  }
}
