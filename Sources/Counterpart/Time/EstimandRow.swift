internal import Designs
internal import LinearAlgebra
internal import Multilevel
internal import Probability
internal import Regression
internal import StudyFiles
internal import Tables

/// The effect as the study's `estimand` counts it: with pupils alike, and with schools alike.
///
/// A mixed model weighs a school by what its rows tell about it, which lies between both. Here the same fixed part is
/// fitted by least squares with the match's weights, once as they are, so that each pupil counts alike, and once
/// shared out over the rows of each school, so that schools do. Errors are robust to what was assigned together,
/// sets and groups (CR1), with Student's t on clusters − 1 degrees of freedom.
struct EstimandRow: TidyRow, Hashable {
  let per: EstimandDeclaration.Unit
  let isAsked: Bool
  let term: String
  let estimate: Double
  let standardError: Double
  let degreesOfFreedom: Double
  let rows: Int
  let units: Int
  let clusters: Int

  static let schema = [
    Field("per", "what counts alike: pupils or schools"),
    Field("asked", "yes where the study's `estimand` asks for it"),
    Field("term", "the coefficient"),
    Field("estimate", "of the weighted regression, in units of the response"),
    Field("std_error", "robust to sets and groups together (CR1)"),
    Field("df", "clusters − 1"),
    Field("ci_low", "lower end of its 95 % interval"), Field("ci_high", "upper end"),
    Field("p_value", "that the true effect is zero"),
    Field("rows", unit: "rows", "rows of the regression"),
    Field("units", unit: "units", "schools that they are of"),
    Field("clusters", unit: "clusters", "components of matched sets and groups"),
  ]

  var cells: [Cell] {
    let law = StudentT(degreesOfFreedom: degreesOfFreedom)
    let reach = law.quantile(0.975) * standardError
    return [
      .text(per.rawValue), .text(isAsked ? "yes" : "no"), .text(term), .number(estimate),
      .number(standardError), .number(degreesOfFreedom), .number(estimate - reach),
      .number(estimate + reach), .number(law.twoSidedTail(estimate / standardError)),
      .count(rows), .count(units), .count(clusters),
    ]
  }

  /// The most rows that are fitted once more.
  private static let limit = 2_000_000

  /// Both rows; none where the effect is an average over an interaction, or rows do not belong to candidates.
  ///
  /// - Parameters:
  ///   - weights: of the match, one a candidate.
  ///   - isOfUnits: whether a row is a school, so that the estimand per pupil needs their number.
  ///   - pupils: how many pupils a row of the table stands for; `nil` where nothing says it.
  static func rows(
    _ frame: ModelFrame, term: String, asked: EstimandDeclaration.Unit, in data: DataSet,
    table: String, weights: [Double], isOfUnits: Bool, pupils: [Double]? = nil
  ) -> [EstimandRow] {
    let candidates = TreatmentDeclaration.candidates
    guard frame.rowCount <= limit, frame.fixedNames.contains(term),
      !frame.fixedNames.contains(where: {
        $0 != term && $0.split(separator: ":").contains(Substring(term))
      }), let candidate = data.rowIndex(from: table, to: candidates),
      case .codes(let cluster, _)? = data[table: candidates]?["cluster"]?.storage
    else { return [] }
    let own = (0..<frame.rowCount).map { row in
      candidate[Int(frame.selection?[row] ?? Int32(row))]
    }
    guard own.allSatisfy({ $0 >= 0 }) else { return [] }
    var count: [Int32: Double] = [:]
    for unit in own { count[unit, default: 0] += 1 }
    var design = Design(interceptFor: frame.rowCount)
    for (column, name) in zip(frame.fixed, frame.fixedNames) where name != "(Intercept)" {
      design.add(name, frame.values(column))
    }
    let response = frame.values(frame.response)
    let clusters = own.map { cluster[Int($0)] }
    let sizes = pupils.map { all in
      (0..<frame.rowCount).map { all[Int(frame.selection?[$0] ?? Int32($0))] }
    }
    // A school without a number of pupils has no place in their average.
    let isSized = sizes?.allSatisfy { $0 > 0 && $0.isFinite } ?? false
    let kinds: [EstimandDeclaration.Unit] = isOfUnits && !isSized ? [.school] : [.pupil, .school]
    return kinds.compactMap { per in
      let rowWeights = own.enumerated().map { row, unit in
        let share = per == .school ? 1 / (count[unit] ?? 1) : isOfUnits ? sizes?[row] ?? 1 : 1
        return weights[Int(unit)] * share
      }
      guard
        let fit = try? LeastSquares(design, response: response, weights: rowWeights),
        let place = fit.names.firstIndex(of: term)
      else { return nil }
      var contrast = [Double](repeating: 0, count: fit.names.count)
      contrast[place] = 1
      let found = fit.estimate(of: contrast, errors: .cr1(clusters: clusters))
      return EstimandRow(
        per: per, isAsked: per == asked, term: term, estimate: found.estimate,
        standardError: found.standardError, degreesOfFreedom: found.degreesOfFreedom,
        rows: fit.rows.count, units: count.count, clusters: Set(clusters).count)
    }
  }
}

extension ModelFrame {
  /// All values of a column.
  fileprivate func values(_ column: Int) -> [Double] {
    var values = [Double](repeating: 0, count: rowCount)
    var span = values.mutableSpan
    fill(column, rows: 0..<rowCount, into: &span)
    return values
  }
}
