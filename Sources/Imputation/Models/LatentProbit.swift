internal import Probability

/// A probit regression with a random intercept by data augmentation: a response of 1 is a latent normal
/// number above zero.
///
/// Latent numbers are drawn given the linear predictor, then a new predictor given them from
/// ``InterceptModel`` with σ = 1, a few times over: Albert & Chib (1993), doi:10.1080/01621459.1993.10476321.
/// Standardised coefficients have the prior N(0, 5²), which keeps them finite where covariates separate the
/// responses.
struct LatentProbit: Sendable {
  static let sweeps = 4
  static let priorPrecision = 0.04

  private let model: InterceptModel
  private let units: [Int32]

  init(columns: [[Double]], unitCount: Int, units: [Int32], groups: GroupCodes?) {
    model = InterceptModel(
      columns: columns, unitCount: unitCount, units: units, groups: groups,
      priorPrecision: Self.priorPrecision)
    self.units = units
  }

  /// A draw of the linear predictor of every unit, starting from an earlier one.
  ///
  /// - Parameters:
  ///   - response: 0 or 1 for each of the units that count.
  ///   - streams: the streams of one sweep: of the parameters, and of a unit's latent number.
  func draw(
    _ response: [Double], from start: [Double],
    parameters: (_ sweep: Int) -> RandomStream,
    latent: (_ sweep: Int, _ unit: Int32) -> RandomStream
  ) -> [Double]? {
    var predictor = start
    var z = [Double](repeating: 0, count: predictor.count)
    for sweep in 0..<Self.sweeps {
      for unit in units {
        var random = latent(sweep, unit)
        let mean = predictor[Int(unit)]
        let share = random.uniform()
        // By inversion, from the tail that keeps its digits.
        z[Int(unit)] =
          response[Int(unit)] == 1
          ? mean - Normal.standardQuantile(share * Normal().cumulative(mean))
          : mean + Normal.standardQuantile(share * Normal().cumulative(-mean))
      }
      var random = parameters(sweep)
      guard let draw = model.draw(z, sigma: 1, &random) else { return nil }
      // Beyond eight the latent number's sign is settled and its quantile would lose its digits.
      predictor = draw.predictor.map { min(max($0, -8), 8) }
    }
    return predictor
  }
}
