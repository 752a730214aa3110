internal import LinearAlgebra
internal import Probability
public import Tables

/// Whether residuals and group effects look as the model assumes, at every level.
public struct ResidualChecks: Sendable {
  /// The rows of `residuals`.
  public let rows: [ResidualRow]
  /// `nil` where too few groups have rows enough.
  public let homogeneity: HomogeneityTest?
  public let diagnostics: [Diagnostic]
}

extension LinearMixedModelFit {
  /// Checks of the residuals of rows and of the predicted effects of groups.
  ///
  /// Of the rows only moments, quantiles and the variance in bins of the fitted value stay, none of them resting on
  /// fewer than ten rows.
  ///
  /// - Complexity: one pass, and sorting the rows twice.
  public func residualChecks() throws(EstimationError) -> ResidualChecks {
    try requirePlainRows(for: "residual checks")
    let rows = RowResiduals(self)
    let shape = SampleShape(rows.residuals)
    var result = Self.rows("Residual", nil, shape)
    let bins = Self.bins(rows)
    result += bins
    let test = try HomogeneityTest(self, factor: 0)
    if let test {
      result.append(
        ResidualRow(
          "Residual", test.group, "homogeneity", test.statistic,
          expected: Double(test.degreesOfFreedom), degreesOfFreedom: test.degreesOfFreedom,
          pValue: test.pValue, count: test.degreesOfFreedom + 1))
    }
    var diagnostics = Self.doubts(shape, bins, test)
    for (index, factor) in factors.enumerated() {
      let groups = GroupDistances(self, factor: index)
      for (column, name) in factor.columns.enumerated() where groups.scores[column].count > 4 {
        let shape = SampleShape(groups.scores[column])
        result += Self.rows(factor.name, name, shape)
        if let normality = shape.normality, normality.pValue < 0.01 {
          diagnostics.append(
            Diagnostic(
              .note, code: "effects-not-normal",
              "The effects of `\(name) | \(factor.name)` are not normal (Shapiro–Francia p "
                + "\(Self.short(normality.pValue))): intervals and ranks of single groups are rough."
            ))
        }
      }
      let outlying = groups.outlying
      result += outlying.map {
        ResidualRow(
          factor.name, factor.levels[$0.level], "distance", $0.distance,
          expected: Double(groups.degreesOfFreedom), degreesOfFreedom: groups.degreesOfFreedom,
          pValue: $0.pValue, count: factor.levels.count)
      }
      if !outlying.isEmpty {
        let names = outlying.prefix(10).map { "`\(factor.levels[$0.level])`" }
        diagnostics.append(
          Diagnostic(
            .note, code: "outlying-groups",
            "\(outlying.count) of \(factor.levels.count) groups of `\(factor.name)` lie farther out than "
              + "chance would put any: \(names.joined(separator: ", "))"
              + (outlying.count > 10 ? " and \(outlying.count - 10) more." : ".")))
      }
    }
    return ResidualChecks(rows: result, homogeneity: test, diagnostics: diagnostics)
  }

  private static func rows(
    _ level: String, _ term: String?, _ shape: SampleShape
  ) -> [ResidualRow] {
    let count = shape.count
    var rows = [
      ResidualRow(level, term, "mean", shape.mean, expected: 0, count: count),
      ResidualRow(level, term, "sd", shape.deviation, expected: 1, count: count),
      ResidualRow(level, term, "skewness", shape.skewness, expected: 0, count: count),
      ResidualRow(level, term, "kurtosis", shape.kurtosis, expected: 0, count: count),
    ]
    if let normality = shape.normality {
      rows.append(
        ResidualRow(
          level, term, "shapiro-francia", normality.statistic, expected: 1,
          pValue: normality.pValue, count: count))
    }
    let probabilities =
      [0.001, 0.005, 0.01, 0.025] + (1...19).map { Double($0) / 20 }
      + [0.975, 0.99, 0.995, 0.999]
    for p in probabilities where min(p, 1 - p) * Double(count) >= 10 {
      rows.append(
        ResidualRow(
          level, term, "quantile", at: p, shape.quantile(p),
          expected: Normal.standardQuantile(p), count: count))
    }
    return rows
  }

  /// The variance of the residuals in twenty bins of the fitted value, or fewer of ten rows at least.
  private static func bins(_ rows: RowResiduals) -> [ResidualRow] {
    let n = rows.fitted.count
    let bins = min(20, n / 10)
    guard bins > 1 else { return [] }
    let order = (0..<n).sorted { (rows.fitted[$0], $0) < (rows.fitted[$1], $1) }
    return (0..<bins).map { bin in
      let members = order[bin * n / bins..<(bin + 1) * n / bins]
      let count = Double(members.count)
      let mean = members.reduce(0.0) { $0 + rows.residuals[$1] } / count
      let variance =
        members.reduce(0.0) { $0 + (rows.residuals[$1] - mean) * (rows.residuals[$1] - mean) }
        / (count - 1)
      return ResidualRow(
        "Residual", nil, "binned-variance",
        at: members.reduce(0.0) { $0 + rows.fitted[$1] } / count, variance, expected: 1,
        count: members.count)
    }
  }

  private static func doubts(
    _ shape: SampleShape, _ bins: [ResidualRow], _ test: HomogeneityTest?
  ) -> [Diagnostic] {
    var result: [Diagnostic] = []
    if abs(shape.skewness) > 1 || shape.kurtosis > 3 {
      result.append(
        Diagnostic(
          .note, code: "residuals-not-normal",
          "Residuals are far from normal (skewness \(short(shape.skewness)), kurtosis "
            + "\(short(shape.kurtosis)) above the normal's): look at the quantiles."))
    }
    if let low = bins.map(\.value).min(), let high = bins.map(\.value).max(), high > 3 * low,
      (bins.map(\.count).min() ?? 0) >= 30
    {
      result.append(
        Diagnostic(
          .note, code: "uneven-residuals",
          "The residual variance differs \(short(high / low)) times along the fitted value: errors "
            + "robust to clusters (`errors: cr2`) hold, the model's may not."))
    }
    if let test, test.pValue < 0.01 {
      result.append(
        Diagnostic(
          .note, code: "uneven-groups",
          "The residual variance differs between groups of `\(test.group)` (H = "
            + "\(short(test.statistic)) on \(test.degreesOfFreedom) degrees of freedom, p "
            + "\(short(test.pValue))); the test also answers to residuals that are not normal."))
    }
    return result
  }

  /// Three significant digits.
  private static func short(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return "\(value)" }
    var scale = 1.0
    while abs(value) * scale < 100 { scale *= 10 }
    return "\((value * scale).rounded() / scale)"
  }
}
