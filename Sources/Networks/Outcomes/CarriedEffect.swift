internal import LinearAlgebra

/// An estimated effect: for each draw of the parameters all coefficients of the step are drawn together from
/// their normal distribution, θ + *L* *z* with *L* *Lᵀ* the covariance, and the term's value is multiplied by
/// the share of the full effect that is reached after so many years.
public struct CarriedEffect: PartnershipEffect {
  let estimate: Double
  /// The term's row of *L*.
  let factor: [Double]
  public let share: YearProfile
  /// What one unit of the estimate is in the outcome's unit.
  public let unit: Double

  public var source: EvidenceSource { .estimate }

  /// - Parameters:
  ///   - term: which coefficient; `nil` for the one that the step was asked about, or its only one.
  ///   - share: by years; from year 1 the whole where nothing is known.
  public init(
    _ carried: CarriedEstimate, step: String, term: String?, share: YearProfile, unit: Double
  ) throws(ScenarioError) {
    let only = carried.terms.count == 1 ? carried.terms.first : nil
    guard let name = term ?? carried.effect ?? only else {
      throw .termNotNamed(step: step, known: carried.terms)
    }
    guard let position = carried.terms.firstIndex(of: name) else {
      throw .unknownTerm(name, step: step, known: carried.terms)
    }
    let size = carried.terms.count
    guard carried.covariance.rows == size, carried.covariance.columns == size else {
      throw .covarianceShape(
        step: step, rows: carried.covariance.rows, columns: carried.covariance.columns, terms: size)
    }
    do throws(FactorizationError) {
      let lower = try Cholesky(carried.covariance).lower
      factor = (0..<size).map { lower[position, $0] }
    } catch {
      throw .covarianceNotPositive(step: step)
    }
    estimate = carried.estimates[position]
    self.share = share
    self.unit = unit
  }

  public var dimensions: Int { factor.count }

  public var errorsFromZero: Double? {
    abs(estimate) / factor.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  public func profile(years count: Int, at normals: [Double]) -> [Double] {
    var value = estimate
    for (loading, normal) in zip(factor, normals) { value += loading * normal }
    return (0...count).map { $0 == 0 ? 0 : share[$0] * value * unit }
  }
}
