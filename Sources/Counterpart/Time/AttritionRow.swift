internal import Designs
internal import StudyFiles
internal import Tables

/// How many matched units still have an outcome so many years later: schools close, convert and stop reporting,
/// and more in one arm than in the other is a reason to doubt a comparison (What Works Clearinghouse, Procedures and
/// Standards Handbook 5.0, chapter III).
struct AttritionRow: TidyRow, Hashable {
  let lag: String
  let treated: Int
  let treatedWithOutcome: Int
  let control: Int
  let controlWithOutcome: Int

  static let schema = [
    Field("lag", unit: "years", "years after the base year"),
    Field("treated", unit: "units", "treated units of the sample"),
    Field("treated_with_outcome", unit: "units", "of these, with an outcome"),
    Field("control", unit: "units", "comparators of the sample"),
    Field("control_with_outcome", unit: "units", "of these, with an outcome"),
    Field("overall", "share of all units without an outcome"),
    Field("differential", "share of the treated without an outcome, less that of comparators"),
  ]

  private func lost(_ all: Int, _ kept: Int) -> Double {
    all > 0 ? Double(all - kept) / Double(all) : .nan
  }

  var overall: Double { lost(treated + control, treatedWithOutcome + controlWithOutcome) }
  var differential: Double {
    lost(treated, treatedWithOutcome) - lost(control, controlWithOutcome)
  }

  var cells: [Cell] {
    [
      Cell(loopValue: lag), .count(treated), .count(treatedWithOutcome), .count(control),
      .count(controlWithOutcome), .number(overall), .number(differential),
    ]
  }

  /// One row a lag.
  ///
  /// - Parameters:
  ///   - outcome: the response's own column; rows without it count as none.
  ///   - treatedColumn: the 0/1 column of the candidates.
  static func rows(
    _ view: LagView, table name: String, outcome: String?, lags: [Int],
    treated treatedColumn: String,
    units: MatchedUnits
  ) -> [AttritionRow] {
    guard let table = view.data[table: name],
      case .numbers(let treated)? = view.data[table: TreatmentDeclaration.candidates]?[
        treatedColumn]?
        .storage
    else { return [] }
    let response = outcome.flatMap { table[$0] }
    let sample = units.weights.indices.filter { units.weights[$0] > 0 }
    return lags.map { lag in
      var has = [Bool](repeating: false, count: treated.count)
      for row in view.index.indices
      where view.index[row] >= 0 && view.lag[row] == lag && response?.isMissing(row) != true {
        has[Int(view.index[row])] = true
      }
      func count(_ arm: Double, _ withOutcome: Bool) -> Int {
        sample.count { treated[$0] == arm && (!withOutcome || has[$0]) }
      }
      return AttritionRow(
        lag: "\(lag)", treated: count(1, false), treatedWithOutcome: count(1, true),
        control: count(0, false), controlWithOutcome: count(0, true))
    }
  }

  /// More lost in one arm than in the other, by five units in a hundred or more.
  static func doubts(_ rows: [AttritionRow]) -> [Diagnostic] {
    rows.filter { abs($0.differential) >= 0.05 }.map { row in
      Diagnostic(
        .warning, code: "differential-attrition",
        "at lag \(row.lag) \(row.treatedWithOutcome) of \(row.treated) treated units and "
          + "\(row.controlWithOutcome) of \(row.control) comparators have an outcome: those who are left may "
          + "differ from those who were matched")
    }
  }
}
