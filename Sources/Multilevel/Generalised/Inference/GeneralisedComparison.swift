internal import LinearAlgebra
internal import Probability

/// A likelihood-ratio test of a model against one that is nested in it.
public struct GeneralisedComparison: Sendable, Hashable {
  /// Fall in the deviance, not below zero.
  public let statistic: Double
  /// Parameters more.
  public let degreesOfFreedom: Int
  /// Variances more, which the smaller model holds at zero, the edge of their range.
  public let variancesAtZero: Int
  /// From χ² with all degrees of freedom: too large where a variance is tested.
  public let pValue: Double
  /// From the mixture of Stram & Lee (1994), doi:10.2307/2533455: half of χ²(q) and half of χ²(q − 1) for one
  /// variance more; `nil` where none or more than one is tested.
  public let boundaryPValue: Double?
}

/// A joint test of several coefficients.
public struct GeneralisedWaldTest: Sendable, Hashable {
  public let terms: [String]
  /// bᵀV⁻¹b, which is χ² where all are zero.
  public let statistic: Double
  public let degreesOfFreedom: Int
  public let pValue: Double
}

extension GeneralisedMixedFit {
  /// Compares with a smaller model of the same rows, family and approximation.
  ///
  /// Whether the models are nested is for the caller to know; that the other has fewer parameters, the same
  /// rows and family is checked.
  ///
  /// - Throws: ``GeneralisedModelError/notComparable(_:)``
  public func compared(
    with smaller: GeneralisedMixedFit
  ) throws(GeneralisedModelError) -> GeneralisedComparison {
    guard rowCount == smaller.rowCount else {
      throw .notComparable("\(rowCount) and \(smaller.rowCount) rows")
    }
    guard model.family.name == smaller.model.family.name,
      model.family.linkName == smaller.model.family.linkName
    else {
      throw .notComparable(
        "families \(model.family.name) (\(model.family.linkName)) and \(smaller.model.family.name) "
          + "(\(smaller.model.family.linkName))")
    }
    guard model.quadraturePoints == smaller.model.quadraturePoints else {
      throw .notComparable(
        "\(model.quadraturePoints) and \(smaller.model.quadraturePoints) quadrature points")
    }
    guard parameterCount > smaller.parameterCount else {
      throw .notComparable("\(parameterCount) and \(smaller.parameterCount) parameters")
    }
    let degrees = parameterCount - smaller.parameterCount
    let statistic = max(smaller.deviance - deviance, 0)
    let more = variances.reduce(0) { $0 + $1.columns.count }
    let fewer = smaller.variances.reduce(0) { $0 + $1.columns.count }
    let upper = tail(statistic, degrees)
    return GeneralisedComparison(
      statistic: statistic, degreesOfFreedom: degrees, variancesAtZero: max(more - fewer, 0),
      pValue: upper,
      boundaryPValue: more - fewer == 1 ? 0.5 * (upper + tail(statistic, degrees - 1)) : nil)
  }

  /// Tests that the named coefficients are all zero.
  ///
  /// - Throws: ``GeneralisedModelError/unknownCoefficient(_:known:)``
  public func wald(_ terms: [String]) throws(GeneralisedModelError) -> GeneralisedWaldTest {
    let known = coefficients.map(\.name)
    var places: [Int] = []
    for term in terms {
      guard let place = known.firstIndex(of: term) else {
        throw .unknownCoefficient(term, known: known)
      }
      if !places.contains(place) { places.append(place) }
    }
    let values = places.map { coefficients[$0].estimate }
    let block = covariance.selecting(rows: places, columns: places)
    let solved =
      (try? Cholesky(block))?.solve(values) ?? [Double](repeating: .nan, count: values.count)
    let statistic = dot(values, solved)
    return GeneralisedWaldTest(
      terms: places.map { known[$0] }, statistic: statistic, degreesOfFreedom: places.count,
      pValue: tail(statistic, places.count))
  }

  private func tail(_ statistic: Double, _ degrees: Int) -> Double {
    // All of χ²(0) lies at zero.
    guard degrees > 0 else { return statistic > 0 ? 0 : 1 }
    return ChiSquared(degreesOfFreedom: Double(degrees)).upperTail(statistic)
  }
}
