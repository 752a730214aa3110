internal import LinearAlgebra
internal import Probability
public import Tables

/// What the estimates would be without one group.
public struct GroupInfluence: Sendable {
  public let level: String
  public let rows: Int
  /// `nil` where the model cannot be estimated without the group.
  public let without: Estimates?

  public struct Estimates: Sendable {
    /// In the order of the fit.
    public let coefficients: [Double]
    /// (all − without) / the standard error without.
    public let dfbetas: [Double]
    /// The variances of every term's columns in the order of the fit's terms, and the residual variance.
    public let variances: [Double]
    /// ΔᵀΦ⁻¹Δ / p with Φ the covariance of the coefficients of all rows.
    public let cooksDistance: Double
    /// The effect asked about, its standard error, and its p-value at the degrees of freedom of all rows.
    public let effect: (estimate: Double, standardError: Double, pValue: Double)?
  }
}

/// How much each group of a factor matters to the estimates.
public struct InfluenceAnalysis: Sendable {
  public let group: String
  /// In the order of the factor's levels.
  public let levels: [GroupInfluence]
  public let diagnostics: [Diagnostic]
}

/// An effect whose dependence on single groups is asked for.
struct InfluenceTarget: Sendable {
  let contrast: [Double]
  /// Of all rows.
  let test: CoefficientTest
}

extension LinearMixedModelFit {
  /// Leaves out one group of a factor at a time and estimates the model again, exactly.
  ///
  /// Products of the group's rows are subtracted and the search starts at the optimum of all rows with its
  /// curvature, so a group costs a few evaluations, whatever the number of rows. Errors are the model's.
  /// Cook's distance and DFBETAS of groups: Nieuwenhuis, te Grotenhuis & Pelzer (2012),
  /// doi:10.32614/RJ-2012-011; Snijders & Berkhof (2008), in *Handbook of Multilevel Analysis*.
  ///
  /// - Throws: ``EstimationError/unknownFactor(_:known:)``, or
  ///   ``EstimationError/refitsTooCostly(factor:groups:effects:)`` where crossed factors make each evaluation dear.
  public func influence(
    of name: String, threads: Int = 1
  ) throws(EstimationError) -> InfluenceAnalysis {
    try influence(of: name, on: nil, threads: threads)
  }

  func influence(
    of name: String, on target: InfluenceTarget?, threads: Int
  ) throws(EstimationError) -> InfluenceAnalysis {
    try requirePlainRows(for: "refits without a group")
    let index = try factor(named: name)
    let groups = factors[index].levels.count
    let work = problem.plan.components.reduce(0.0) {
      $0 + Double($1.size) * Double($1.size) * Double($1.size)
    }
    guard work * Double(groups) < 1e13 else {
      throw .refitsTooCostly(
        factor: name, groups: groups, effects: problem.plan.components.map(\.size).max() ?? 0)
    }
    let removal = try GroupRemoval(self, factor: index)
    let reading = try EstimateReader(self)
    let size = 16
    let start = standardizedTheta
    let hessian = curvature.profiled
    let names = factors[index].levels
    let parts = try replicate((groups + size - 1) / size, threads: threads) {
      (chunk) throws(EstimationError) -> [GroupInfluence] in
      var work = Workspace(removal.problem.plan, order: removal.problem.order)
      var result: [GroupInfluence] = []
      for level in chunk * size..<min(groups, (chunk + 1) * size) {
        var estimates: GroupInfluence.Estimates?
        if let reduced = removal.problem(without: level),
          let refit = try? WarmRefit(reduced, from: start, hessian, &work)
        {
          estimates = reading.estimates(reduced, refit, target)
        }
        result.append(
          GroupInfluence(
            level: names[level], rows: removal.rowCount(level), without: estimates))
      }
      return result
    }
    let levels = parts.flatMap { $0 }
    return InfluenceAnalysis(
      group: name, levels: levels, diagnostics: Self.doubts(name, levels, target))
  }

  private static func doubts(
    _ name: String, _ levels: [GroupInfluence], _ target: InfluenceTarget?
  ) -> [Diagnostic] {
    var result: [Diagnostic] = []
    func list(_ names: [String]) -> String {
      names.prefix(10).map { "`\($0)`" }.joined(separator: ", ")
        + (names.count > 10 ? " and \(names.count - 10) more" : "")
    }
    if let target {
      let turning = levels.filter { level in
        guard let effect = level.without?.effect else { return false }
        return (effect.estimate < 0) != (target.test.estimate < 0)
          || (effect.pValue < 0.05) != (target.test.pValue < 0.05)
      }
      if !turning.isEmpty {
        result.append(
          Diagnostic(
            .warning, code: "influential-group",
            "The effect of `\(target.test.term)` changes its sign or its significance at 5 % without "
              + "one group of `\(name)`: \(list(turning.map(\.level)))."))
      }
    }
    let cut = 4 / Double(levels.count)
    let far = levels.filter { ($0.without?.cooksDistance ?? 0) > cut }
      .sorted { ($0.without?.cooksDistance ?? 0) > ($1.without?.cooksDistance ?? 0) }
    if !far.isEmpty {
      result.append(
        Diagnostic(
          .note, code: "large-cooks-distance",
          "\(far.count) of \(levels.count) groups of `\(name)` have a Cook's distance above "
            + "4 / \(levels.count): \(list(far.map(\.level)))."))
    }
    let lost = levels.filter { $0.without == nil }
    if !lost.isEmpty {
      result.append(
        Diagnostic(
          .warning, code: "group-needed",
          "Without one group of `\(name)` the model cannot be estimated: "
            + "\(list(lost.map(\.level)))."))
    }
    return result
  }
}

extension VarianceCurvature {
  /// Second derivatives in θ̃ of the profiled criterion.
  var profiled: Matrix {
    let count = theta.count
    var result = Matrix(rows: count, columns: count)
    for i in 0..<count {
      for j in 0..<count {
        result[i, j] =
          hessian[i, j] - hessian[i, count] * hessian[count, j] / hessian[count, count]
      }
    }
    return result
  }
}
