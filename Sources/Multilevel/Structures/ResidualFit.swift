internal import Designs
internal import LinearAlgebra
internal import Probability

/// The estimated residual covariance of a linear mixed model whose residuals are not alike.
public struct ResidualFit: Sendable, Hashable {
  /// One parameter with its standard error, from the curvature of the likelihood in all variance parameters.
  public struct Parameter: Sendable, Hashable {
    /// A class, with the log of the ratio of its standard deviation to the first class's; or ρ.
    public enum Kind: Sendable, Hashable {
      case logRatio(column: String, level: String)
      case correlation(time: String, unit: String)
    }

    public let kind: Kind
    public let estimate: Double
    public let standardError: Double
    /// On the scale of the estimate; found on a scale without bounds for ρ.
    public let low: Double
    public let high: Double
  }

  public let parameters: [Parameter]
  /// The classes with their residual standard deviations relative to the first; empty where there are none.
  public let classes: [(level: String, ratio: Double)]
  /// The mean over the rows of the residual variance, in units of σ².
  public let meanVariance: Double
  let slopes: [Double]

  public var classColumn: String? {
    for parameter in parameters {
      if case .logRatio(let column, _) = parameter.kind { return column }
    }
    return nil
  }

  public static func == (a: ResidualFit, b: ResidualFit) -> Bool {
    a.parameters == b.parameters && a.meanVariance == b.meanVariance
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(parameters) }
}

extension ResidualFit {
  init?(
    _ problem: Problem, _ frame: ModelFrame, _ parameters: [Double], _ curvature: VarianceCurvature
  ) {
    guard let residual = problem.residual, let rows = frame.rows else { return nil }
    let phi = problem.residualParameters(parameters)
    let spread = curvature.parameterCovariance
    func error(_ k: Int) -> Double {
      let place = problem.structure.parameters.count + k
      return spread.map { max(0, $0[place, place]).squareRoot() } ?? .nan
    }
    // The normal 97.5 % point: variance parameters have no degrees of freedom of their own.
    let reach = 1.959963984540054
    if let classes = rows.dispersion {
      self.parameters = phi.indices.map { k in
        Parameter(
          kind: .logRatio(column: classes.name, level: classes.levels[k + 1]), estimate: phi[k],
          standardError: error(k), low: phi[k] - reach * error(k),
          high: phi[k] + reach * error(k))
      }
      self.classes = zip(classes.levels, [0] + phi).map {
        ($0, PortableMath.exp($1))
      }
    } else if let serial = rows.serial {
      let rho = ResidualCovariance.correlation(phi[0])
      self.parameters = [
        Parameter(
          kind: .correlation(time: serial.timeName, unit: serial.unit.name), estimate: rho,
          standardError: error(0) * (1 - rho * rho),
          low: ResidualCovariance.correlation(phi[0] - reach * error(0)),
          high: ResidualCovariance.correlation(phi[0] + reach * error(0)))
      ]
      self.classes = []
    } else {
      return nil
    }
    (meanVariance, slopes) = residual.covariance.meanVariance(phi)
  }
}

extension ModelFrame {
  /// The rows weighted by the inverse residual variances of their classes, taken as known.
  func weighted(by residual: ResidualFit?) -> ModelFrame {
    guard let residual, let classes = rows?.dispersion, !residual.classes.isEmpty else {
      return self
    }
    var weights = classes.codes.map { code -> Double in
      let ratio = residual.classes[Int(code)].ratio
      return 1 / (ratio * ratio)
    }
    if let own = self.weights {
      var block = [Double](repeating: 0, count: 2048)
      for start in stride(from: 0, to: rowCount, by: 2048) {
        let rows = start..<min(rowCount, start + 2048)
        var span = block.mutableSpan
        fill(own, rows: rows, into: &span)
        for k in 0..<rows.count { weights[start + k] *= span[k] }
      }
    }
    // The values stand by row of the source, of which only the used ones are looked at.
    var values = weights
    if let selection {
      values = [Double](repeating: 1, count: Int(selection.max() ?? -1) + 1)
      for (row, source) in selection.enumerated() { values[Int(source)] = weights[row] }
    }
    return ModelFrame(
      selection: selection, rowCount: rowCount,
      columns: columns + [NamedColumn("(weights)", .values(values))], fixed: fixed,
      response: response, offset: offset, weights: columns.count, random: random, lost: lost,
      diagnostics: diagnostics)
  }
}
