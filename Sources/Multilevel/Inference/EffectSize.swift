internal import LinearAlgebra
internal import Probability

/// In units of which standard deviation an effect is given.
public enum EffectScale: String, Sendable, Hashable, CaseIterable {
  /// All of the variance: between groups and within.
  case totalSD = "total-sd"
  /// The variance within groups.
  case withinSD = "within-sd"
  /// All of the variance, by Hedges' formulas for trials of whole groups and without the small-sample factor.
  case eefTotal = "eef-total"
  /// The variance within groups, by the same formulas.
  case eefWithin = "eef-within"

  /// Whether the unit has the variance between groups in it.
  var isTotal: Bool { self == .totalSD || self == .eefTotal }
}

/// A coefficient in units of a standard deviation: Hedges' *g*.
public struct EffectSize: Sendable, Hashable {
  public let effect: String
  public let scale: EffectScale
  public let estimate: Double
  public let standardError: Double
  public let low: Double
  public let high: Double
  /// The smallest true effect that a two-sided test at 5 % would find in 80 % of studies like this one.
  public let minimumDetectable: Double
  /// Whether the variances are of the model with covariates, and not of the one without.
  public var isConditional = false

  /// Hedges' J = 1 − 3/(4·df − 1); 1 below two degrees of freedom, where it would shrink any effect towards
  /// nothing: at one it is zero.
  public static func smallSampleFactor(degreesOfFreedom df: Double) -> Double {
    df.isFinite && df >= 2 ? 1 - 3 / (4 * df - 1) : 1
  }
}

extension LinearMixedModelFit {
  /// *g* = J b / SD of a tested effect, with the standard deviation of `reference`.
  ///
  /// J = 1 − 3/(4·df − 1) with the degrees of freedom of the effect's own test. The interval is by the
  /// delta method, with the uncertainty of the standard deviation taken as independent of that of *b*.
  /// Hedges (2007), doi:10.3102/1076998606298043.
  ///
  /// - Parameters:
  ///   - test: of this fit.
  ///   - reference: the model whose variances are the unit: by convention the ``Designs/ModelFrame/unconditional``
  ///     one, or this fit itself.
  public func effectSize(
    _ test: CoefficientTest, scale: EffectScale, reference: LinearMixedModelFit,
    level: Double = 0.95
  ) -> EffectSize {
    let variance =
      scale.isTotal ? reference.totalVariance : reference.residualVariance
    let uncertainty = reference.curvature.uncertainty(
      ofTotal: scale.isTotal, reference)
    let deviation = variance.squareRoot()
    let df = test.degreesOfFreedom
    let correction = EffectSize.smallSampleFactor(degreesOfFreedom: df)
    let estimate = correction * test.estimate / deviation
    let relative = test.standardError / deviation
    let error =
      correction
      * (relative * relative
      + test.estimate * test.estimate * uncertainty / (4 * variance * variance * variance))
      .squareRoot()
    let distribution = StudentT(degreesOfFreedom: df)
    let reach = distribution.quantile(0.5 + level / 2) * error
    return EffectSize(
      effect: test.term, scale: scale, estimate: estimate, standardError: error,
      low: estimate - reach, high: estimate + reach,
      minimumDetectable: correction * relative
        * (distribution.quantile(0.975) + distribution.quantile(0.8)))
  }
}

extension VarianceCurvature {
  /// The variance of the estimated total (or residual) variance, by the delta method.
  fileprivate func uncertainty(ofTotal: Bool, _ fit: LinearMixedModelFit) -> Double {
    guard let spread = parameterCovariance else { return .nan }
    let problem = fit.problem
    let scale = problem.standard.response.scale
    let unit = scale * scale
    let lambda = problem.structure.triangles(theta)
    var slope = [Double](repeating: 0, count: theta.count + 1)
    slope[theta.count] = 2 * sigma * unit * (fit.residual?.meanVariance ?? 1)
    for (k, change) in (fit.residual?.slopes ?? []).enumerated() {
      slope[problem.structure.parameters.count + k] = sigma * sigma * unit * change
    }
    if ofTotal {
      // The mean of zzᵀ in standardised columns, term by term.
      let products = problem.structure.factors.indices.map { index in
        let factor = problem.structure.factors[index]
        return factor.terms.map { term in
          fit.frame.meanProducts(
            problem.standard.random[index][term.offset..<term.offset + term.width].map { $0 },
            memberships: factor.memberships)
        }
      }
      for (k, parameter) in problem.structure.parameters.enumerated() {
        let factor = problem.structure.factors[parameter.factor]
        let width = factor.width
        guard
          let position = factor.terms.firstIndex(where: {
            ($0.offset..<$0.offset + $0.width).contains(parameter.row)
          })
        else { continue }
        let term = factor.terms[position]
        let mean = products[parameter.factor][position]
        // (W λ) at the parameter's place; terms are independent, so other terms' rows do not enter.
        var image = 0.0
        for row in 0..<term.width {
          image +=
            mean[parameter.row - term.offset, row]
            * lambda[parameter.factor][(term.offset + row) * width + parameter.column]
        }
        slope[k] = 2 * sigma * sigma * unit * image
        slope[theta.count] +=
          2 * sigma * unit * image
          * lambda[parameter.factor][parameter.row * width + parameter.column]
      }
    }
    return dot(slope, spread * slope)
  }
}
