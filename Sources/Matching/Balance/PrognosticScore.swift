internal import Regression

/// What the covariates predict of an outcome for units that are not treated: the one combination of them that
/// balance matters most for (Hansen 2008, DOI 10.1093/biomet/asn004; Stuart, Lee & Leacy 2013,
/// DOI 10.1016/j.jclinepi.2013.01.013).
///
/// Least squares over the comparators that have the outcome, matched or not; everybody with covariates gets
/// a score. It should be fitted to an outcome of an earlier year, so that the design does not see the study's.
struct PrognosticScore {
  /// One a candidate; NaN for those without all covariates.
  let values: [Double]

  static let name = "prognostic"

  init(_ match: MatchOutcome, outcome: Covariate) throws(MatchingError) {
    guard case .numbers(let y) = outcome.values else { throw .effect(.notFinite(outcome.name)) }
    let candidates = match.candidates
    let units = match.complete
    let fitted = units.indices.filter { !candidates.treated[units[$0]] && y[units[$0]].isFinite }
    guard !fitted.isEmpty else { throw .noOutcome(arm: .control, outcome: outcome.name) }
    var columns: [(name: String, values: [Double])] = []
    for covariate in candidates.covariates {
      let found = covariate.indicators(for: units)
      for (position, column) in found.enumerated() where column.level == nil || position > 0 {
        columns.append((column.name, column.values))
      }
    }
    var design = Design(interceptFor: fitted.count)
    for column in columns { design.add(column.name, fitted.map { column.values[$0] }) }
    let model: LeastSquares
    do throws(RegressionError) {
      model = try LeastSquares(design, response: fitted.map { y[units[$0]] })
    } catch { throw .effect(error) }
    var values = [Double](repeating: .nan, count: candidates.count)
    for unit in units { values[unit] = 0 }
    for (name, coefficient) in zip(model.names, model.coefficients) {
      let column = columns.first { $0.name == name }
      for (position, unit) in units.enumerated() {
        values[unit] += coefficient * (column?.values[position] ?? 1)
      }
    }
    self.values = values
  }
}
