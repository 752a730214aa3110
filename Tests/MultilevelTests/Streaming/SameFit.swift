import Multilevel
import TestSupport
import Testing

/// Expects the estimates of two fits to be the same.
///
/// - Parameter coefficients: how far they may be apart, in standard errors.
func expectSame(
  _ fit: LinearMixedModelFit, _ memory: LinearMixedModelFit, deviance: Double,
  coefficients: Double, errors: Double, _ source: String
) {
  #expect(fit.coefficientNames == memory.coefficientNames)
  #expect(isClose(fit.deviance, memory.deviance, relative: deviance))
  for k in fit.coefficients.indices {
    let error = memory.standardErrors[k]
    #expect(
      isClose(
        fit.coefficients[k], memory.coefficients[k], relative: 1e-12,
        absolute: coefficients * error), "\(fit.coefficientNames[k]) of \(source)")
    #expect(isClose(fit.standardErrors[k], error, relative: errors))
  }
}
