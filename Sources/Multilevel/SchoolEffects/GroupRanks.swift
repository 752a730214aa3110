internal import LinearAlgebra
internal import Probability

/// Where a group may stand among the groups of its factor; 1 is the highest.
public struct RankInterval: Sendable, Hashable {
  public let median: Int
  /// The best rank of the 95 % interval.
  public let low: Int
  public let high: Int
}

extension LinearMixedModelFit {
  /// The uncertainty of every group's rank, by draws from the joint distribution of the groups' effects.
  ///
  /// Goldstein & Spiegelhalter (1996), doi:10.2307/2983325; draws with the uncertainty of the coefficients
  /// and the correlation between groups, at the estimated variances.
  ///
  /// - Parameter draws: how many; the ends of intervals then have a Monte Carlo error of about
  ///   0.007 of the number of groups at 1,000.
  /// - Returns: for each factor of ``factors``, for each of its columns, the ranks of its levels.
  func ranks(
    of chosen: [Int], draws: Int = 1_000, seed: Seed, threads: Int = 1
  ) throws(EstimationError) -> [[[RankInterval]]] {
    let errors = try PosteriorErrors(self)
    let size = errors.batchSize
    let factors = factors
    let parts = try replicate((draws + size - 1) / size, threads: threads) {
      (batch) throws(EstimationError) -> [[[Int32]]] in
      let count = min(size, draws - batch * size)
      let values = try errors.draws(batch * size, count, seed)
      return chosen.map { Self.ranks(factors[$0], values[$0], draws: count) }
    }
    return chosen.indices.map { position in
      let factor = factors[chosen[position]]
      return factor.columns.indices.map { column in
        RankInterval.all(parts.map { $0[position][column] }, levels: factor.levels.count)
      }
    }
  }

  /// For each column the ranks of all levels, draw after draw.
  private static func ranks(
    _ factor: FactorFit, _ errors: [Double], draws: Int
  ) -> [[Int32]] {
    let (levels, width) = (factor.levels.count, factor.columns.count)
    return (0..<width).map { column in
      var result = [Int32](repeating: 0, count: draws * levels)
      var values = [Double](repeating: 0, count: levels)
      for draw in 0..<draws {
        for level in 0..<levels {
          values[level] =
            factor.modes[level, column] + errors[(draw * levels + level) * width + column]
        }
        result.replaceSubrange(
          draw * levels..<(draw + 1) * levels, with: RankInterval.ranks(of: values))
      }
      return result
    }
  }
}

extension RankInterval {
  /// The rank of each value, ties in their order.
  static func ranks(of values: [Double]) -> [Int32] {
    var ranks = [Int32](repeating: 0, count: values.count)
    let order = values.indices.sorted {
      values[$0] > values[$1] || values[$0] == values[$1] && $0 < $1
    }
    for (rank, place) in order.enumerated() { ranks[place] = Int32(rank + 1) }
    return ranks
  }

  /// The interval of each level from its ranks in draws, each part draw after draw.
  static func all(_ parts: [[Int32]], levels: Int) -> [RankInterval] {
    (0..<levels).map { level in
      var ranks: [Int32] = []
      for part in parts {
        for start in stride(from: 0, to: part.count, by: levels) {
          ranks.append(part[start + level])
        }
      }
      ranks.sort()
      func quantile(_ share: Double) -> Int {
        Int(ranks[max(0, Int((share * Double(ranks.count)).rounded(.up)) - 1)])
      }
      return RankInterval(median: quantile(0.5), low: quantile(0.025), high: quantile(0.975))
    }
  }
}
