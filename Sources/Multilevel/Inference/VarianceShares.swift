/// The share of the total variance that lies between the groups of each factor: variance partition
/// coefficients, averaged over the rows where random slopes make it differ between them.
public struct VarianceShare: Sendable, Hashable {
  /// The grouping factor, or `Residual`.
  public let group: String
  public let share: Double
}

extension LinearMixedModelFit {
  public var varianceShares: [VarianceShare] {
    let total = totalVariance
    var result: [VarianceShare] = []
    for factor in factors {
      let own = terms.filter { $0.group == factor.name }.reduce(0) { $0 + $1.averageVariance }
      result.append(VarianceShare(group: factor.name, share: own / total))
    }
    result.append(VarianceShare(group: "Residual", share: residualVariance / total))
    return result
  }
}
