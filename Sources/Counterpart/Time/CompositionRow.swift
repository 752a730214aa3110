internal import Designs
internal import Probability
internal import Tables

/// Whether the pupils of treated units have changed otherwise than those of comparators between the base year and
/// the outcome: where pupils are not followed, an effect may be that of other pupils.
struct CompositionRow: TidyRow, Hashable {
  let covariate: String
  let treated: Double
  let control: Double
  let difference: Double
  let standardError: Double
  let degreesOfFreedom: Double
  let pValue: Double
  let units: Int

  static let schema = [
    Field("covariate", "a column of the pupils, or their number"),
    Field(
      "change_treated", "mean change of a treated unit's mean from its base year to the outcome"),
    Field("change_control", "the same of comparators"),
    Field("difference", "treated less comparators"),
    Field("std_error", "of the difference, unequal variances (Welch 1947)"),
    Field("df", "its degrees of freedom"),
    Field("p_value", "that the true difference is zero"),
    Field("units", unit: "units", "units with pupils in both years"),
  ]

  var cells: [Cell] {
    [
      .text(covariate), .number(treated), .number(control), .number(difference),
      .number(standardError), .number(degreesOfFreedom), .number(pValue), .count(units),
    ]
  }

  static func rows(_ view: LagView, table name: String, among names: [String]) -> [CompositionRow] {
    guard let table = view.data[table: name],
      let stack = view.data[table: TreatmentDeclaration.candidates],
      let treatedColumn = stack.columns.first(where: { $0.name == Self.treatedName(stack) }),
      case .numbers(let treated) = treatedColumn.storage
    else { return [] }
    let own = Set(names.map { $0.split(separator: ".").last.map(String.init) ?? $0 })
    var covariates: [(name: String, values: [Double])] = [
      ("pupils", [Double](repeating: 1, count: table.rowCount))
    ]
    for column in table.columns where own.contains(column.name) {
      // The outcome itself is not in the base year's rows, or is what changes.
      guard case .numbers(let values) = column.storage, column.name != names.first else { continue }
      covariates.append((column.name, values))
    }
    return covariates.compactMap { covariate in
      row(
        covariate.name, covariate.values, view, treated: treated,
        isCount: covariate.name == "pupils")
    }
  }

  /// The treated column stands after the cohort.
  static func treatedName(_ stack: Table) -> String? {
    guard let cohort = stack.columnNames.firstIndex(of: TreatmentDeclaration.cohort),
      cohort + 1 < stack.columnNames.count
    else { return nil }
    return stack.columnNames[cohort + 1]
  }

  private static func row(
    _ name: String, _ values: [Double], _ view: LagView, treated: [Double], isCount: Bool
  ) -> CompositionRow? {
    let count = treated.count
    var before = [(sum: Double, count: Double)](repeating: (0, 0), count: count)
    var after = before
    for row in values.indices where !values[row].isNaN {
      if view.index[row] >= 0 {
        after[Int(view.index[row])].sum += values[row]
        after[Int(view.index[row])].count += 1
      }
      let unit = view.unit[row]
      guard unit >= 0 else { continue }
      let candidate = view.candidateOfUnit[Int(unit)]
      guard candidate >= 0, view.base[Int(candidate)] == view.years[row] else { continue }
      before[Int(candidate)].sum += values[row]
      before[Int(candidate)].count += 1
    }
    var arms: [[Double]] = [[], []]
    for candidate in 0..<count where before[candidate].count > 0 && after[candidate].count > 0 {
      let change =
        isCount
        ? after[candidate].count - before[candidate].count
        : after[candidate].sum / after[candidate].count
          - before[candidate].sum / before[candidate].count
      arms[treated[candidate] == 1 ? 0 : 1].append(change)
    }
    guard arms.allSatisfy({ $0.count > 1 }) else { return nil }
    let means = arms.map { $0.reduce(0, +) / Double($0.count) }
    let parts = zip(arms, means).map { arm, mean in
      arm.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(arm.count - 1) / Double(arm.count)
    }
    let error = (parts[0] + parts[1]).squareRoot()
    guard error > 0 else { return nil }
    let degrees =
      (parts[0] + parts[1]) * (parts[0] + parts[1])
      / (parts[0] * parts[0] / Double(arms[0].count - 1)
        + parts[1] * parts[1] / Double(arms[1].count - 1))
    let difference = means[0] - means[1]
    return CompositionRow(
      covariate: name, treated: means[0], control: means[1], difference: difference,
      standardError: error, degreesOfFreedom: degrees,
      pValue: 2 * StudentT(degreesOfFreedom: degrees).cumulative(-abs(difference / error)),
      units: arms[0].count + arms[1].count)
  }

  /// Those that have changed more in one arm than chance would let them.
  static func doubts(_ rows: [CompositionRow]) -> [Diagnostic] {
    guard !rows.isEmpty else {
      return [
        Diagnostic(
          .warning, code: "composition-untested",
          "pupils are not followed from the base year, and the data have no base-year pupils to compare them "
            + "with: whether other pupils came cannot be told from an effect")
      ]
    }
    return rows.filter { $0.pValue < 0.05 }.map {
      Diagnostic(
        .warning, code: "composition-changed",
        "`\($0.covariate)` has changed otherwise in treated units than in comparators since the base year "
          + "(p = \(($0.pValue * 1000).rounded() / 1000)): part of an effect may be that of other pupils"
      )
    }
  }
}
