public import Designs
public import Probability
public import StudyFiles
internal import Tables

extension MatchStep {
  /// Finds everything wrong with the names in this step.
  ///
  /// - Throws: ``StudyFiles/SpecErrors``
  public func check(in data: DataSet) throws(SpecErrors) { _ = try MatchColumns(self, in: data) }

  /// Matches the rows of the population.
  ///
  /// - Parameters:
  ///   - outcomes: the same data with the outcome, where `data` has been kept from it.
  ///   - seed: the step's.
  ///   - rows: the population, as rows of the match's table; `nil` for all.
  ///   - unitKey: the column that names the units.
  ///   - places: one a row of the table, where `apart` is asked for.
  ///   - fitter: of scores whose intercept varies between groups.
  ///   - memberKey: the column that names the members, where members are matched.
  ///   - owners: who stands behind each row of the table, where one unit may be used in one of several rows.
  ///   - groups: where groups are assigned, that of each row of the table, below zero for none.
  public func run(
    in data: DataSet, outcomes: DataSet? = nil, seed: Seed, rows: [Int32]? = nil, unitKey: String,
    places: [Place?]? = nil,
    groups: [Int32]? = nil, owners: [Int32]? = nil, memberKey: String? = nil,
    fitter: (any MixedPropensityFitter)? = nil
  ) throws(MatchingError) -> MatchResult {
    let columns: MatchColumns
    do throws(SpecErrors) { columns = try MatchColumns(self, in: data, outcomes: outcomes) } catch {
      throw .unresolvedNames(error.description)
    }
    let population = rows ?? columns.table.allRows
    let candidateRows = population.filter { columns.treated[Int($0)] != nil }
    let isCandidate = Set(candidateRows)
    let (covariates, filled) = missing.completed(
      columns.covariates.map { $0.selecting(candidateRows) })
    var candidates = Candidates(
      treated: candidateRows.map { columns.treated[Int($0)] == true },
      covariates: covariates,
      exact: columns.exact.map { $0.selecting(candidateRows) },
      measured: columns.measured.map { $0.selecting(candidateRows) },
      places: places.map { places in candidateRows.map { places[Int($0)] } },
      otherTreatedPlaces: columns.table.allRows.filter {
        columns.treated[Int($0)] == true && !isCandidate.contains($0)
      }.compactMap { row in places.flatMap { $0[Int(row)] } },
      score: columns.score?.selecting(candidateRows),
      scoreGroups: columns.scoreGroups?.selecting(candidateRows))
    candidates.owners = owners.map { owners in candidateRows.map { owners[Int($0)] } }
    var diagnostics: [Diagnostic] = []
    if candidateRows.count < population.count {
      diagnostics.append(
        Diagnostic(
          .warning, code: "missing-treatment",
          "\(population.count - candidateRows.count) of \(population.count) units of the "
            + "population lack the treated column and are in neither arm"))
    }
    diagnostics +=
      DuplicatedRows(candidates, outcome: columns.outcome?.selecting(candidateRows)).diagnostics
    if !filled.isEmpty {
      diagnostics.append(
        Diagnostic(
          .note, code: "missing-indicator",
          "missing values stand as a mean or level of their own, with an indicator: "
            + filled.map { "`\($0.name)` of \($0.count)" }.joined(separator: ", ")
            + " units; what they would have been is not balanced"))
    }
    if apart != nil, farthest == nil, let places = candidates.places {
      let unknown = places.indices.count { candidates.treated[$0] && places[$0] == nil }
      if unknown > 0 {
        diagnostics.append(
          Diagnostic(
            .warning, code: "missing-location",
            "\(unknown) treated units have no location, so `apart` cannot hold against them"))
      }
    }
    let pool = try memberPool(columns, rows: candidateRows, treated: candidates.treated)
    let match = try design.match(
      candidates, seed: seed,
      joint: pool.flatMap { pool in
        members?.design == .joint
          ? JointDistance(pool: pool, weight: members?.weight ?? 1) : nil
      }, fitter: fitter)
    let keys = columns.table[unitKey]?.texts
    let prognostic = try columns.prognostic.map { outcome throws(MatchingError) in
      try PrognosticScore(match, outcome: outcome.selecting(candidateRows))
    }
    let balance = BalanceTable(match, prognostic: prognostic)
    var tables = match.tables(
      names: candidateRows.map { row in keys?[Int(row)] ?? "\(row + 1)" }, balance: balance)
    diagnostics += match.diagnostics
    let own = groups.map { groups in candidateRows.map { groups[Int($0)] } }
    let effects = try self.effects(
      match, columns: columns, rows: candidateRows, groups: match.errorGroups(own), seed: seed)
    tables += effects.tables
    diagnostics += effects.diagnostics.filter { !diagnostics.contains($0) }
    let gate = try judged(
      match, balance: balance, columns: columns, rows: candidateRows, groups: own, in: data,
      seed: seed)
    tables += gate.tables
    diagnostics += gate.diagnostics
    var memberResult: MemberResult?
    if let pool, let members, let memberColumns = columns.members {
      let found = try MemberMatch(pool, units: match, design: members.design, groups: own).result(
        members, columns: memberColumns,
        keys: memberKey.flatMap { memberColumns.table[$0]?.texts })
      memberResult = found.result
      tables += found.tables
      diagnostics += found.diagnostics.filter { !diagnostics.contains($0) }
    }
    return MatchResult(
      table: columns.table.name, unitKey: unitKey, rows: candidateRows, outcome: match,
      inputs: MatchResult.Inputs(
        step: self, seed: seed, population: rows, places: places, groups: groups, owners: owners,
        fitter: fitter),
      effect: effects.effect, gate: gate.outcome,
      members: memberResult, tables: tables, diagnostics: diagnostics,
      figures: [match.overlap()].compactMap { $0 })
  }
}

extension Table {
  var allRows: [Int32] { (0..<rowCount).map(Int32.init) }
}

extension MatchStep {
  /// The members of the candidates as points, where members are asked for.
  private func memberPool(
    _ columns: MatchColumns, rows: [Int32], treated: [Bool]
  ) throws(MatchingError) -> MemberPool? {
    guard let members, let found = columns.members else { return nil }
    var candidate = [Int32](repeating: -1, count: columns.table.rowCount)
    for (position, row) in rows.enumerated() { candidate[Int(row)] = Int32(position) }
    return try found.pool(members, candidate: candidate, treated: treated)
  }
}
