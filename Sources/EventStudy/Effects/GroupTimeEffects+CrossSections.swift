extension GroupTimeEffects {
  /// The effect on a cohort where each period has people of its own, whose influence is summed within units.
  static func cell(
    _ all: CrossSections, _ panel: StaggeredPanel, _ settings: GroupTimeSettings, cohort: Int,
    period: Int, base: Int
  ) -> GroupTimeEffect {
    let later = panel.periods[max(period, base)] + settings.anticipation
    let arms = (0..<panel.unitCount).map { arm(of: $0, panel, settings, cohort, later) }
    var rows: [Int] = []
    for row in 0..<all.count where [period, base].contains(Int(all.period[row])) {
      guard arms[Int(all.unit[row])] != nil, all.covariates.allSatisfy({ $0[row].isFinite }) else {
        continue
      }
      rows.append(row)
    }
    let treated = rows.map { arms[Int(all.unit[$0])] == true }
    let isLater = rows.map { Int(all.period[$0]) == period }
    /// Units that have people in both periods or in one of them.
    func units(_ isTreated: Bool) -> Int {
      Set(rows.indices.filter { treated[$0] == isTreated }.map { all.unit[rows[$0]] }).count
    }
    func result(
      _ estimate: Double, _ influence: [Double], _ failure: CellFailure? = nil
    ) -> GroupTimeEffect {
      GroupTimeEffect(
        cohort: cohort, period: panel.periods[period], base: panel.periods[base],
        estimate: estimate, influence: influence, treated: units(true),
        comparators: units(false), failure: failure)
    }
    if period == base { return result(0, [Double](repeating: 0, count: panel.unitCount)) }
    do throws(CellFailure) {
      let difference = try CrossSectionDifference(
        outcome: rows.map { all.outcome[$0] }, isLater: isLater, treated: treated,
        covariates: all.covariates.map { values in rows.map { values[$0] } },
        weights: rows.map { all.weights[$0] }, by: settings.estimator)
      var influence = [Double](repeating: 0, count: panel.unitCount)
      let scale = Double(panel.unitCount) / Double(rows.count)
      for (row, value) in zip(rows, difference.influence) {
        influence[Int(all.unit[row])] += scale * value
      }
      return result(difference.estimate, influence)
    } catch { return result(.nan, [], error) }
  }
}
