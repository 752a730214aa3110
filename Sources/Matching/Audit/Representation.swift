public import Tables

/// In one covariate, or one level of a factor: those whom the estimate was meant for beside those whom it
/// speaks about.
public struct RepresentationRow: TidyRow, Hashable {
  public let covariate: String
  public let level: String?
  /// Candidates whom the estimand names, and those of them in the sample.
  public let meant: Int
  public let represented: Int
  /// Over those of them whose value is known.
  public let meanMeant: Double
  /// Weighted as in the sample.
  public let meanRepresented: Double
  /// In standard deviations of those whom it was meant for.
  public let standardisedDifference: Double

  public static let schema = [
    Field("covariate", "the covariate"),
    Field("level", "the level of a factor"),
    Field("meant", "candidates whom the estimate was meant for: the treated for att"),
    Field("represented", "of them in the sample"),
    Field("mean_meant", "mean of those whom the estimate was meant for"),
    Field("mean_represented", "weighted mean of those in the sample"),
    Field("smd", unit: "sd", "represented less meant, in standard deviations of the latter"),
  ]

  public var cells: [Cell] {
    [
      .text(covariate), .optional(level), .count(meant), .count(represented), .number(meanMeant),
      .number(meanRepresented), .number(standardisedDifference),
    ]
  }
}

extension MatchOutcome {
  /// Whom the estimate speaks about against whom it was meant for: the focal arm, or for the average effect
  /// in both arms everyone.
  public var representation: [RepresentationRow] {
    let all = (0..<candidates.count).filter { unit in
      estimand.treatedAreFocal.map { $0 == candidates.treated[unit] } ?? true
    }
    let used = all.filter { sample.isUsed($0) }
    guard !used.isEmpty else { return [] }
    return candidates.covariates.flatMap { covariate in
      let known = all.filter { !covariate.isMissing($0) }
      return covariate.indicators(for: known).map { column in
        var value = [Double](repeating: .nan, count: candidates.count)
        for (unit, number) in zip(known, column.values) { value[unit] = number }
        let mean = column.values.reduce(0, +) / Double(known.count)
        var sum = 0.0
        var total = 0.0
        for unit in used where !value[unit].isNaN {
          sum += sample.weights[unit] * value[unit]
          total += sample.weights[unit]
        }
        let deviation = sampleVariance(column.values).squareRoot()
        let difference = sum / total - mean
        return RepresentationRow(
          covariate: covariate.name, level: column.level, meant: all.count,
          represented: used.count, meanMeant: mean, meanRepresented: sum / total,
          standardisedDifference: abs(difference) <= 1e-12 * max(1, abs(mean))
            ? 0 : difference / deviation)
      }
    }
  }
}
