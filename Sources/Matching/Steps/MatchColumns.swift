internal import Designs
internal import StudyFiles
internal import Tables

/// The columns that a match names, found in the data and checked for what they must be.
struct MatchColumns {
  let table: Table
  let treated: [Bool?]
  let covariates: [Covariate]
  let exact: [Covariate]
  let measured: [Covariate]
  /// The column of scores that the distance names.
  let score: Covariate?
  /// Groups between which the score's intercept varies.
  let scoreGroups: Covariate?
  let outcome: Covariate?
  let adjust: [Covariate]
  let prognostic: Covariate?
  let members: MemberColumns?

  /// - Parameter outcomes: the same data with the outcome, where `data` lacks it.
  /// - Throws: ``StudyFiles/SpecErrors`` with every name that is unknown, ambiguous or of the wrong type.
  init(_ step: MatchStep, in data: DataSet, outcomes: DataSet? = nil) throws(SpecErrors) {
    guard let dataName = step.data, let treatedName = step.treated else {
      throw SpecErrors(
        SpecError(
          .missingKey(step.data == nil ? "data" : "treated", expected: "a name"), path: step.path,
          at: step.location))
    }
    guard let table = data[table: dataName.text] else {
      throw SpecErrors(
        SpecError(
          .unknownName(dataName.text, kind: "table", known: data.tableNames),
          path: step.path(to: "data"), at: dataName.location))
    }
    var finder = ColumnFinder(step, data: data, table: table)
    self.table = table
    treated = finder.flags(treatedName, key: "treated")
    covariates = step.covariates.compactMap { finder.covariate($0, key: "covariates") }
    exact = step.exact.compactMap { finder.covariate($0, key: "exact") }
    measured = step.calipers.filter { $0.name.text != BalanceTable.scoreName }.compactMap {
      finder.numbers($0.name, key: "caliper")
    }
    score = step.distance.scoreColumn.flatMap { column in
      finder.numbers(LocatedText(column.column, at: step.location), key: "distance")
    }
    scoreGroups = step.distance.propensity?.groups.flatMap { column in
      finder.covariate(LocatedText(column, at: step.location), key: "distance")
    }
    var measuring = ColumnFinder(step, data: outcomes ?? data, table: table)
    outcome = step.outcome.flatMap { measuring.numbers($0, key: "outcome") }
    finder.problems += measuring.problems
    adjust = step.adjust.compactMap { finder.covariate($0, key: "adjust") }
    prognostic = step.prognostic.flatMap { finder.numbers($0, key: "prognostic") }
    members = step.members.map {
      MemberColumns($0, in: data, of: table.name, problems: &finder.problems)
    }
    if let gate = step.gate {
      finder.problems += gate.variables(step, in: data, table: table, candidate: []).problems
    }
    guard finder.problems.isEmpty else { throw SpecErrors(finder.problems) }
  }
}

/// Looks names up and keeps what is wrong with them.
private struct ColumnFinder {
  let data: DataSet
  let table: Table
  let step: MatchStep
  var problems: [SpecError] = []

  init(_ step: MatchStep, data: DataSet, table: Table) {
    self.data = data
    self.table = table
    self.step = step
  }

  private mutating func resolve(_ name: LocatedText, key: String) -> ResolvedColumn? {
    do throws(NameError) {
      return try data.resolve(name.text, from: table.name)
    } catch {
      problems.append(SpecError(error, at: name, path: step.path(to: key)))
      return nil
    }
  }

  mutating func covariate(_ name: LocatedText, key: String) -> Covariate? {
    guard let column = resolve(name, key: key) else { return nil }
    let found = Covariate(name.text, column.values(rowCount: table.rowCount))
    if let odd = found.notFiniteLevel {
      problems.append(
        SpecError(
          .wrongType(
            expected: "finite numbers, or `\(odd)` listed under the table's `missing`",
            found: "`\(odd)` among the numbers of `\(name.text)`"),
          path: step.path(to: key), at: name.location))
    }
    return found
  }

  /// A variable of numbers.
  mutating func numbers(_ name: LocatedText, key: String) -> Covariate? {
    guard let found = covariate(name, key: key) else { return nil }
    if case .factor = found.values {
      guard found.notFiniteLevel == nil else { return nil }
      problems.append(
        SpecError(
          .wrongType(expected: "a column of numbers", found: "the category `\(name.text)`"),
          path: step.path(to: key), at: name.location))
      return nil
    }
    return found
  }

  /// A variable of 0 and 1; `nil` where it is missing.
  mutating func flags(_ name: LocatedText, key: String) -> [Bool?] {
    guard let found = numbers(name, key: key), case .numbers(let values) = found.values else {
      return []
    }
    if let other = values.first(where: { !$0.isNaN && $0 != 0 && $0 != 1 }) {
      problems.append(
        SpecError(
          .wrongType(
            expected: "a logical column or one of 0 and 1", found: "\(other) in `\(name.text)`"),
          path: step.path(to: key), at: name.location))
      return []
    }
    return values.map { $0.isNaN ? nil : $0 == 1 }
  }
}

extension ResolvedColumn {
  /// One value for each row of the table that the name stands in; missing where a link leads nowhere.
  func values(rowCount: Int) -> Covariate.Values {
    switch column.storage {
    case .numbers(let numbers):
      guard let index else { return .numbers(numbers) }
      return .numbers(index.map { $0 < 0 ? .nan : numbers[Int($0)] })
    case .codes(let codes, let levels):
      guard let index else { return .factor(codes: codes, levels: levels) }
      return .factor(codes: index.map { $0 < 0 ? -1 : codes[Int($0)] }, levels: levels)
    }
  }
}

extension Covariate {
  /// The values of the given rows.
  func selecting(_ rows: [Int32]) -> Covariate {
    switch values {
    case .numbers(let numbers): Covariate(name, .numbers(rows.map { numbers[Int($0)] }))
    case .factor(let codes, let levels):
      Covariate(name, .factor(codes: rows.map { codes[Int($0)] }, levels: levels))
    }
  }
}

extension Column {
  /// Each value as text, for keys of units.
  var texts: [String] {
    switch storage {
    case .codes(let codes, let levels): codes.map { $0 < 0 ? "" : levels[Int($0)] }
    case .numbers(let values):
      values.map { value in Int(exactly: value).map { "\($0)" } ?? (value.isNaN ? "" : "\(value)") }
    }
  }
}

extension Covariate {
  /// The text that keeps a column of numbers from being read as one, such as `inf` or `NaN`: a level that means
  /// no finite number where all others are numbers.
  fileprivate var notFiniteLevel: String? {
    guard case .factor(_, let levels) = values else { return nil }
    var odd: String?
    for level in levels {
      guard let number = Double(level) else { return nil }
      if !number.isFinite { odd = odd ?? level }
    }
    return levels.count > 1 ? odd : nil
  }
}
