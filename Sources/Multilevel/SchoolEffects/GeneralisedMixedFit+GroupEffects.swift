package import LinearAlgebra
public import Probability
internal import Tables

extension GeneralisedMixedFit {
  /// School effects on the scale of the link: the groups of some factors with intervals, ranks and reliabilities.
  ///
  /// The errors of the modes are taken for normal, as Laplace's approximation does: their conditional covariance
  /// with that of the parameters they follow (Booth & Hobert 1998, doi:10.1080/01621459.1998.10474121). Ranks are by
  /// draws from the joint distribution of those errors (Goldstein & Spiegelhalter 1996, doi:10.2307/2983325),
  /// comparative intervals as for normal responses (Goldstein & Healy 1995, doi:10.2307/2983411).
  ///
  /// - Parameters:
  ///   - names: grouping factors of the model.
  ///   - draws: for ranks.
  /// - Throws: ``GeneralisedModelError/unknownFactor(_:known:)``
  public func groupEffects(
    of names: [String], draws: Int = 1_000, seed: Seed = Seed(1), threads: Int = 1
  ) throws(GeneralisedModelError) -> [GroupEffects] {
    for name in names where !factorNames.contains(name) {
      throw .unknownFactor(name, known: factorNames)
    }
    let spread = RandomEffectSpread(self)
    let ranks = ranks(spread, draws: draws, seed: seed["ranks"], threads: threads)
    let added = predictionVariances(spread)
    return names.map { name in
      var result: [GroupEffects] = []
      for (position, term) in modes.enumerated() where term.factor == name {
        result.append(groupEffects(position, ranks[position], added[position]))
      }
      return GroupEffects(
        effects: result.flatMap(\.effects), multipliers: result.flatMap(\.multipliers),
        diagnostics: result.flatMap(\.diagnostics))
    }
  }

  private func groupEffects(
    _ position: Int, _ ranks: [[RankInterval]], _ prediction: Matrix
  ) -> GroupEffects {
    let (term, variance) = (modes[position], variances[position].covariance.diagonal)
    let (factor, _) = source.terms.place(position)
    var rows = [Int](repeating: 0, count: term.levels.count)
    for code in source.terms.codes[factor] where Int(code) < rows.count { rows[Int(code)] += 1 }
    let reach = Normal.standardQuantile(0.975)
    var effects: [GroupEffect] = []
    var multipliers: [Double] = []
    var diagnostics: [Diagnostic] = []
    for (column, name) in term.columns.enumerated() {
      let errors = term.levels.indices.map { max(0, term.variances[$0, column]).squareRoot() }
      let multiplier = ComparativeInterval.multiplier(errors)
      multipliers.append(multiplier)
      let all = term.levels.indices.map { level -> GroupEffect in
        let mode = term.values[level, column]
        let error = max(0, prediction[level, column]).squareRoot()
        return GroupEffect(
          group: term.factor, level: term.levels[level], term: name, mode: mode,
          standardError: error, low: mode - reach * error, high: mode + reach * error,
          comparativeLow: mode - multiplier * errors[level],
          comparativeHigh: mode + multiplier * errors[level], rank: ranks[column][level],
          reliability: variance[column] > 0
            ? 1 - errors[level] * errors[level] / variance[column] : nil,
          rows: rows[level])
      }
      let order = all.indices.sorted { (all[$0].mode, $0) < (all[$1].mode, $1) }
      effects += order.map { all[$0] }
      diagnostics += GroupEffects.doubts(all, variance: variance[column])
    }
    return GroupEffects(effects: effects, multipliers: multipliers, diagnostics: diagnostics)
  }

  /// For each term and each of its columns the ranks of its levels.
  private func ranks(
    _ spread: RandomEffectSpread, draws: Int, seed: Seed, threads: Int
  ) -> [[[RankInterval]]] {
    let size = 100
    let deviance = source.deviance
    let (point, modes) = (source.point, modes)
    let places = modes.indices.map { source.terms.place($0) }
    let widths = source.terms.factors.map(\.columns)
    let parts = replicate((draws + size - 1) / size, threads: threads) { batch -> [[[Int32]]] in
      let range = batch * size..<min(draws, (batch + 1) * size)
      var streams = range.map { RandomStream(seed, replicate: UInt32($0)) }
      let errors = deviance.conditionalErrors(point, draws: range) { draw, effect in
        // Effects are asked for in their order, each once.
        streams[draw - range.lowerBound].normal()
      }
      var result = modes.map { $0.columns.map { _ in [Int32]() } }
      for (draw, own) in zip(range, errors) {
        let moved = spread.shift(draw, seed)
        for (position, term) in modes.enumerated() {
          let (factor, share) = places[position]
          for column in term.columns.indices {
            let values = term.levels.indices.map { level -> Double in
              let place = level * widths[factor] + share.start + column
              return term.values[level, column] + own[factor][place] + moved[factor][place]
            }
            result[position][column] += RankInterval.ranks(of: values)
          }
        }
      }
      return result
    }
    return modes.indices.map { position in
      modes[position].columns.indices.map { column in
        RankInterval.all(
          parts.map { $0[position][column] }, levels: modes[position].levels.count)
      }
    }
  }
}

extension GeneralisedMixedFit {
  /// Draws from the errors of all modes: for each draw, for each term, levels × columns. For tests of their law.
  package func errorDraws(_ count: Int, seed: Seed) -> [[Matrix]] {
    let spread = RandomEffectSpread(self)
    var stream = RandomStream(seed, event: 2)
    let errors = source.deviance.conditionalErrors(source.point, draws: 0..<count) { _, _ in
      stream.normal()
    }
    return errors.enumerated().map { draw, own in
      let moved = spread.shift(draw, seed)
      return modes.enumerated().map { position, term in
        let (factor, share) = source.terms.place(position)
        let width = source.terms.factors[factor].columns
        var result = Matrix(rows: term.levels.count, columns: term.columns.count)
        for level in term.levels.indices {
          for column in term.columns.indices {
            let place = level * width + share.start + column
            result[level, column] = own[factor][place] + moved[factor][place]
          }
        }
        return result
      }
    }
  }
}
