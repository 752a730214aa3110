internal import Tables

extension CoefficientTest {
  /// Estimate, standard error and degrees of freedom, statistic and p-value where they are wanted, interval.
  func estimateCells(_ isTested: Bool) -> [Cell] {
    [
      .number(estimate), .number(standardError),
      .optional(degreesOfFreedom.isFinite ? degreesOfFreedom : nil),
    ] + (isTested ? [.number(statistic), .number(pValue)] : []) + [.number(low), .number(high)]
  }
}
