public import Designs
internal import LinearAlgebra
internal import Probability

/// A predicted probability or mean, averaged over the rows, with a delta-method interval.
public struct AverageOutcome: Sendable, Hashable {
  /// The category of an ordered response; `nil` for others.
  public let category: String?
  /// The covariate that was set, and to what; `nil` where the rows are as they are.
  public let covariate: String?
  public let value: Double?
  public let scale: PredictionScale
  public let estimate: Double
  public let standardError: Double
  public let low: Double
  public let high: Double
}

/// The average marginal effect of a covariate on a probability or a mean.
public struct MarginalEffect: Sendable, Hashable {
  public let term: String
  /// Whether it is the difference between 1 and 0; a derivative otherwise.
  public let isDifference: Bool
  public let category: String?
  public let scale: PredictionScale
  public let estimate: Double
  public let standardError: Double
  public let low: Double
  public let high: Double
}

/// Average predictions and marginal effects of a fit.
public struct GeneralisedMargins: Sendable, Hashable {
  public let outcomes: [AverageOutcome]
  public let effects: [MarginalEffect]
  /// Covariates without an effect of their own here, such as one that also stands inside a function.
  public let skipped: [String]
}

extension GeneralisedMixedFit {
  /// Predicted probabilities (for counts, means) averaged over the rows, and average marginal effects of the
  /// covariates: differences for indicators (of a factor, against its reference level), derivatives for
  /// others, with everything that interacts with them moving along.
  ///
  /// On the scale `population` the random effects are integrated out; at `typical` they are zero. Standard
  /// errors are by the delta method in (θ, coefficients); intervals are normal, those of probabilities on
  /// the scale of their logarithm odds and those of means on the logarithm. Rows count with their trials.
  ///
  /// Hedeker, du Toit, Demirtas & Gibbons (2018), doi:10.1111/biom.12707.
  ///
  /// - Throws: ``GeneralisedModelError`` where a column of the frame can be read no more.
  /// - Complexity: rows × covariates × quadrature points.
  public func margins(level: Double = 0.95) throws(GeneralisedModelError) -> GeneralisedMargins {
    let rows = try PredictionRows(source.frame, terms: source.terms, weights: source.trials)
    let columns = MovableColumn.all(source.frame, terms: source.terms, rows: rows)
    let reader = FrameReader(source.frame)
    var partners: [Int: [Double]] = [:]
    for partner in columns.flatMap({ $0.interactions.flatMap(\.partners) })
    where partners[partner] == nil {
      partners[partner] = try reader.values(partner)
    }
    let averager = averager(rows, partners: partners)
    let reach = Normal().quantile(0.5 + level / 2)
    var outcomes: [AverageOutcome] = []
    var effects: [MarginalEffect] = []
    for scale in PredictionScale.allCases {
      outcomes += self.outcomes(
        averager.average(.none, scale), covariate: nil, value: nil, scale, reach: reach)
      for column in columns {
        let effect: MarginalPrediction
        if column.isIndicator {
          let high = averager.average(.set(column, 1), scale)
          let low = averager.average(.set(column, 0), scale)
          outcomes += self.outcomes(low, covariate: column.name, value: 0, scale, reach: reach)
          outcomes += self.outcomes(high, covariate: column.name, value: 1, scale, reach: reach)
          effect = high - low
        } else {
          effect =
            (averager.average(.shift(column, column.step), scale)
              - averager.average(.shift(column, -column.step), scale)) / (2 * column.step)
        }
        for (k, estimate) in effect.values.enumerated() {
          let error = self.error(effect.gradients[k])
          effects.append(
            MarginalEffect(
              term: column.name, isDifference: column.isIndicator, category: category(k),
              scale: scale, estimate: estimate, standardError: error,
              low: estimate - reach * error, high: estimate + reach * error))
        }
      }
    }
    let movable = columns.map(\.name)
    let varying = coefficients.dropFirst(thresholdCount).map(\.name).filter {
      $0 != "(Intercept)" && !$0.contains(":") && !movable.contains($0)
    }
    return GeneralisedMargins(outcomes: outcomes, effects: effects, skipped: varying)
  }

  /// Predicted probabilities or means, averaged over given rows on both scales, with the intervals of
  /// ``margins(level:)``.
  ///
  /// - Parameter rows: the rows of the model's frame, with other values in some fixed columns; a column that also
  ///   has a random slope moves there too.
  /// - Throws: ``GeneralisedModelError`` where a column of the frame can be read no more.
  public func predictions(
    _ rows: ModelFrame, level: Double = 0.95
  ) throws(GeneralisedModelError) -> [AverageOutcome] {
    let rows = try PredictionRows(
      rows, random: source.frame, terms: source.terms, weights: source.trials)
    let averager = averager(rows, partners: [:])
    let reach = Normal().quantile(0.5 + level / 2)
    return PredictionScale.allCases.flatMap { scale in
      outcomes(
        averager.average(.none, scale), covariate: nil, value: nil, scale, reach: reach)
    }
  }

  private func averager(
    _ rows: PredictionRows, partners: [Int: [Double]]
  ) -> PredictionAverager {
    let own = coefficients.map(\.name)
    var places: [Int?] = []
    var values: [Double] = []
    for name in source.frame.fixedNames {
      let place = own.indices.dropFirst(thresholdCount).first { own[$0] == name }
      places.append(place.map { theta.count + $0 })
      values.append(place.map { coefficients[$0].estimate } ?? 0)
    }
    return PredictionAverager(
      rows: rows, terms: source.terms, theta: theta, coefficients: values, places: places,
      thresholds: coefficients.prefix(thresholdCount).map(\.estimate),
      parameterCount: theta.count + coefficients.count, curve: ResponseCurve(model.family),
      partners: partners)
  }

  private func category(_ k: Int) -> String? { thresholdCount > 0 ? categories[k] : nil }

  private func error(_ gradient: [Double]) -> Double {
    max(dot(gradient, jointCovariance * gradient), 0).squareRoot()
  }

  private func outcomes(
    _ average: MarginalPrediction, covariate: String?, value: Double?, _ scale: PredictionScale,
    reach: Double
  ) -> [AverageOutcome] {
    average.values.enumerated().map { k, estimate in
      let error = self.error(average.gradients[k])
      let (low, high) = interval(estimate, reach: reach * error)
      return AverageOutcome(
        category: category(k), covariate: covariate, value: value, scale: scale,
        estimate: estimate, standardError: error, low: low, high: high)
    }
  }

  /// Ends that stay inside the range of a probability or a mean.
  private func interval(_ estimate: Double, reach: Double) -> (Double, Double) {
    switch model.family {
    case .poisson, .negativeBinomial:
      let factor = exponential(reach / estimate)
      return (estimate / factor, estimate * factor)
    case .binomial, .cumulative:
      guard estimate > 0, estimate < 1 else { return (estimate, estimate) }
      let odds = estimate / (1 - estimate)
      let factor = exponential(reach / (estimate * (1 - estimate)))
      let (low, high) = (odds / factor, odds * factor)
      return (low / (1 + low), high.isFinite ? high / (1 + high) : 1)
    }
  }
}
