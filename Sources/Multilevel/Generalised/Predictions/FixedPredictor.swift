internal import Designs
internal import LinearAlgebra

extension GeneralisedMixedFit {
  /// Xβ + offset of each row, with a cumulative model's intercept left to its thresholds.
  func fixedPredictor(_ rows: PredictionRows) -> [Double] {
    let values = fixedCoefficients
    var eta = rows.offset
    for row in 0..<rows.count {
      for j in values.indices { eta[row] += rows.fixed[row * values.count + j] * values[j] }
    }
    return eta
  }

  /// By fixed column of the frame; zero for the intercept of a cumulative model.
  var fixedCoefficients: [Double] {
    let own = coefficients.dropFirst(thresholdCount)
    return source.frame.fixedNames.map { name in own.first { $0.name == name }?.estimate ?? 0 }
  }

  /// The linear predictor of each row of the frame, in its order: fixed part, offset and conditional modes.
  ///
  /// From a binomial fit of treatment this is the multilevel propensity score on the scale of the link, on
  /// which matching measures distances (Arpino & Mealli 2011, doi:10.1016/j.csda.2010.11.008). Rows in no
  /// group have no mode.
  ///
  /// - Parameter includingModes: `false` gives a group in the middle.
  /// - Throws: ``GeneralisedModelError`` where a column of the frame can be read no more.
  public func linearPredictors(
    includingModes: Bool = true
  ) throws(GeneralisedModelError) -> [Double] {
    let rows = try PredictionRows(source.frame, terms: source.terms, weights: source.trials)
    var eta = fixedPredictor(rows)
    guard includingModes else { return eta }
    let k = source.terms.columns.count
    for (term, modes) in modes.enumerated() {
      let (factor, share) = source.terms.place(term)
      let codes = source.terms.codes[factor]
      let first = source.terms.factors[factor].firstColumn + share.start
      for row in 0..<rows.count where Int(codes[row]) < modes.levels.count {
        for c in 0..<share.columns {
          eta[row] += rows.random[row * k + first + c] * modes.values[Int(codes[row]), c]
        }
      }
    }
    return eta
  }
}
