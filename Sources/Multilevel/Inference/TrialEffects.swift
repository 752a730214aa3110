internal import Designs
internal import LinearAlgebra
internal import Probability

extension LinearMixedModelFit {
  /// The effect sizes of a trial in which whole groups were treated, as evaluations for the Education Endowment
  /// Foundation report them: in units of the standard deviation in all and within groups, of the model without
  /// covariates and of this one, with 1.96 standard errors to either side and no small-sample factor.
  ///
  /// With ρ the intraclass correlation, nᵢ the group sizes, N_T and N_C the rows of both arms, m_T and m_C their
  /// groups, n_U = (N² − Σn²)/(N(m − 1)) in each arm and ñ = N_C Σ_T n²/(N_T N) + N_T Σ_C n²/(N_C N),
  ///
  ///   g_W = b/σ_W, with variance N/(N_T N_C) · (1 + (ñ − 1)ρ)/(1 − ρ) + g²/(2(N − m)),
  ///   g_T = b/σ_T · √(1 − ρ (N − n_UT m_T − n_UC m_C + n_UT + n_UC − 2)/(N − 2)), with variance
  ///   N/(N_T N_C) · (1 + (ñ − 1)ρ) + g² ((N − 2)(1 − ρ)² + Aρ² + 2Bρ(1 − ρ)) / (2(N − 2)(N − 2 − ρ(N − 2 − B))),
  ///   B = n_UT(m_T − 1) + n_UC(m_C − 1),  A = Σ_arms (N² Σn² + (Σn²)² − 2N Σn³)/N².
  ///
  /// Hedges (2007), doi:10.3102/1076998606298043, for groups of unequal size.
  ///
  /// - Parameters:
  ///   - name: a column of the fixed part that is 0 or 1 and the same within every group.
  ///   - conditionalFirst: whether those in units of this model's variances come first.
  /// - Throws: ``EstimationError/noTrialEffect(found:)``
  public func trialEffects(
    _ test: CoefficientTest, of name: String, unconditional: LinearMixedModelFit?,
    conditionalFirst: Bool = false
  ) throws(EstimationError) -> [EffectSize] {
    if isStreamed { throw .needsRows("`scale: eef`") }
    let arms = try trialArms(name)
    let models = [unconditional, self].compactMap(\.self)
    let effects = models.flatMap { model -> [EffectSize] in
      let isConditional = model.coefficientNames == coefficientNames
      let (total, within) = (model.totalVariance, model.residualVariance)
      let share = 1 - within / total
      return [
        arms.total(test, variance: total, share: share),
        arms.within(test, variance: within, share: share),
      ].map { effect in
        var effect = effect
        effect.isConditional = isConditional
        return effect
      }
    }
    return conditionalFirst
      ? effects.filter(\.isConditional) + effects.filter { !$0.isConditional } : effects
  }

  private func trialArms(_ name: String) throws(EstimationError) -> TrialArms {
    guard factors.count == 1, terms.count == 1, terms[0].columns.count == 1,
      problem.structure.factors[0].memberships == nil
    else { throw .noTrialEffect(found: "\(terms.count) random terms, or a random slope") }
    guard let column = frame.columns.firstIndex(where: { $0.name == name }) else {
      throw .unknownCoefficient(name, known: coefficientNames)
    }
    var values = [Double](repeating: 0, count: rowCount)
    var span = values.mutableSpan
    frame.fill(column, rows: 0..<rowCount, into: &span)
    let levels = factors[0].levels
    var (sizes, arm) = (
      [Int](repeating: 0, count: levels.count), [Double?](repeating: nil, count: levels.count)
    )
    for (row, code) in problem.structure.factors[0].codes.enumerated() {
      let value = values[row]
      guard code >= 0 else { throw .noTrialEffect(found: "rows in no group") }
      guard value == 0 || value == 1 else {
        throw .noTrialEffect(found: "`\(name)` with the value \(value)")
      }
      if let known = arm[Int(code)], known != value {
        throw .noTrialEffect(found: "both values of `\(name)` within `\(levels[Int(code)])`")
      }
      arm[Int(code)] = value
      sizes[Int(code)] += 1
    }
    let treated = levels.indices.filter { arm[$0] == 1 }.map { Double(sizes[$0]) }
    let others = levels.indices.filter { arm[$0] == 0 }.map { Double(sizes[$0]) }
    guard treated.count > 1, others.count > 1 else {
      throw .noTrialEffect(found: "\(treated.count) treated and \(others.count) other groups")
    }
    return TrialArms(treated: treated, others: others)
  }
}

/// The sizes of the groups of both arms.
private struct TrialArms {
  let treated: [Double]
  let others: [Double]

  private func sum2(_ sizes: [Double]) -> Double { sizes.reduce(0) { $0 + $1 * $1 } }
  private func sum3(_ sizes: [Double]) -> Double { sizes.reduce(0) { $0 + $1 * $1 * $1 } }
  private var inTreated: Double { treated.reduce(0, +) }
  private var inOthers: Double { others.reduce(0, +) }
  private var all: Double { inTreated + inOthers }
  /// ñ
  private var size: Double {
    inOthers * sum2(treated) / (inTreated * all) + inTreated * sum2(others) / (inOthers * all)
  }
  private func unequal(_ sizes: [Double]) -> Double {
    let n = sizes.reduce(0, +)
    return (n * n - sum2(sizes)) / (n * (Double(sizes.count) - 1))
  }
  private var factor: Double { all / (inTreated * inOthers) }

  func within(_ test: CoefficientTest, variance: Double, share: Double) -> EffectSize {
    let g = test.estimate / variance.squareRoot()
    let groups = Double(treated.count + others.count)
    let design: Double = factor * (1 + (size - 1) * share) / (1 - share)
    let error: Double = design + g * g / (2 * (all - groups))
    return effect(test, .eefWithin, g, error.squareRoot())
  }

  func total(_ test: CoefficientTest, variance: Double, share: Double) -> EffectSize {
    let (mT, mC) = (Double(treated.count), Double(others.count))
    let (uT, uC) = (unequal(treated), unequal(others))
    let n = all
    let lost: Double = n - uT * mT - uC * mC + uT + uC - 2
    let shrunk = 1 - share * lost / (n - 2)
    let g = test.estimate / variance.squareRoot() * shrunk.squareRoot()
    let b = uT * (mT - 1) + uC * (mC - 1)
    var a = 0.0
    for sizes in [treated, others] {
      let total = sizes.reduce(0, +)
      let square = sum2(sizes)
      let cube = sum3(sizes)
      a += square + (square * square - 2 * total * cube) / (total * total)
    }
    let rest = 1 - share
    let spread: Double = (n - 2) * rest * rest + a * share * share + 2 * b * share * rest
    let divisor: Double = 2 * (n - 2) * (n - 2 - share * (n - 2 - b))
    let error: Double = factor * (1 + (size - 1) * share) + spread * g * g / divisor
    return effect(test, .eefTotal, g, error.squareRoot())
  }

  private func effect(
    _ test: CoefficientTest, _ scale: EffectScale, _ g: Double, _ error: Double
  ) -> EffectSize {
    EffectSize(
      effect: test.term, scale: scale, estimate: g, standardError: error, low: g - 1.96 * error,
      high: g + 1.96 * error,
      minimumDetectable: error
        * (Normal.standardQuantile(0.975) + Normal.standardQuantile(0.8)))
  }
}
