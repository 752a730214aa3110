internal import Tables

/// Brings a formula and data together: variables, rows, columns, groups.
struct FrameBuilder {
  /// A fixed part of more columns would need a cross-product matrix of over 200 megabytes.
  static let columnLimit = 5000

  private let formula: Formula
  private let data: DataSet
  private let table: String
  private let options: FrameOptions
  private let tableRows: Int
  private var evaluator: Evaluator
  private var selection: RowSelection
  private var lost: [LostRows]
  private var diagnostics: [Diagnostic] = []
  private var variables: [String: FrameVariable] = [:]
  private var weights: Vector?
  private var offset: (name: String, vector: Vector)?
  private var groups: [String: GroupColumns] = [:]
  private var parts: [(variable: TermExpansion.Variable, part: GroupMeanPart)] = []
  private var structure: RowStructureColumns?

  init(
    _ formula: Formula, _ data: DataSet, _ table: String, _ options: FrameOptions
  ) throws(ExpressionError) {
    self.formula = formula
    self.data = data
    self.table = table
    self.options = options
    tableRows = data[table: table]?.rowCount ?? 0
    evaluator = Evaluator(data)
    selection = RowSelection(options.rows, of: tableRows)
    lost = options.lost
  }

  mutating func build() throws(ExpressionError) -> ModelFrame {
    try evaluateEverything()
    dropIncompleteRows()
    dropRowsWithoutGroup()
    splitByGroup()
    guard selection.count > 0 else {
      throw ExpressionError(
        .noRows(lost: lost, doubts: evaluator.diagnostics), at: formula.responseSyntax.span)
    }
    try refuseUnusableValues()
    restrictLevels()
    return try assemble()
  }

  /// What a piece of a streamed table gives by itself: everything but levels, groups and columns.
  ///
  /// - Parameter firstRow: the row of the whole table that the piece starts with, for messages.
  mutating func chunkVariables(firstRow: Int) throws(ExpressionError) -> ChunkVariables {
    try evaluateEverything()
    dropIncompleteRows()
    dropRowsWithoutGroup()
    do throws(ExpressionError) { try refuseUnusableValues() } catch {
      throw error.rows(from: firstRow)
    }
    let reasons =
      variables.values.sorted { $0.span.offset < $1.span.offset }.map { "missing `\($0.name)`" }
      + [offset].compactMap { $0 }.map { "missing `\($0.name)`" }
      + formula.groupNames.map { "missing `\($0)`" }
    return ChunkVariables(
      selection: selection, variables: variables, groups: groups, weights: weights,
      offset: offset, lost: lost, complaints: evaluator.complaints, reasons: reasons)
  }

  // MARK: Values

  private mutating func evaluateEverything() throws(ExpressionError) {
    let binder = Binder(data: data, table: table)
    // Everything is checked before anything is computed.
    let response = try bindResponse(binder)
    let failures = try formula.failuresSyntax.map { (syntax) throws(ExpressionError) in
      try binder.bindNumeric(syntax.withoutIdentity)
    }
    var bound: [(variable: TermExpansion.Variable, expression: BoundExpression)] = []
    var known: Set<String> = []
    for expansion in [formula.fixed] + formula.random.map(\.effects) {
      for variable in expansion.variables where known.insert(variable.spelling).inserted {
        if let part = try GroupMeanPart(
          variable.expression, of: formula, binder, rows: tableRows)
        {
          parts.append((variable, part))
          continue
        }
        bound.append((variable, try binder.bind(variable.expression)))
      }
    }
    var offsets: BoundExpression?
    if let syntax = formula.offsetSyntax { offsets = try binder.bindNumeric(syntax) }
    for term in formula.random where groups[term.name] == nil {
      if let call = term.group.first, call.isMemberships {
        groups[term.name] = GroupColumns(
          try MembershipColumns(call, binder, &evaluator, rows: tableRows), named: term.name)
      } else {
        groups[term.name] = try GroupColumns(term, binder, rows: tableRows)
      }
    }
    weights = try resolveWeights(binder)
    if let wanted = options.structure {
      structure = try RowStructureColumns(wanted, binder, rows: tableRows, at: formula.syntax.span)
    }
    try checkContrasts(bound)

    add(
      response, as: formula.response, isFactor: response.type == .text,
      formula.responseSyntax.span)
    if let failures, let syntax = formula.failuresSyntax {
      add(failures, as: syntax.spelling, isFactor: false, syntax.span)
    }
    for (variable, expression) in bound {
      add(
        expression, as: variable.spelling,
        isFactor: variable.isFactor || expression.type == .text, variable.span)
    }
    for (variable, part) in parts {
      // Until the rows are known, the covariate itself: a row without it is lost.
      add(part.value, as: part.value.syntax.spelling, isFactor: false, variable.span, at: variable)
    }
    if let offsets {
      offset = (
        "offset(\(offsets.syntax.spelling))",
        evaluator.evaluate(offsets, in: table, rows: tableRows)
      )
    }
  }

  /// Numbers; or where categories are allowed, a category.
  private func bindResponse(_ binder: Binder) throws(ExpressionError) -> BoundExpression {
    let syntax = formula.responseSyntax.withoutIdentity
    guard options.orderedResponse, formula.failuresSyntax == nil else {
      return try binder.bindNumeric(syntax)
    }
    let bound = try binder.bind(syntax)
    return bound.type == .text ? bound : try binder.bindNumeric(syntax)
  }

  private mutating func add(
    _ expression: BoundExpression, as name: String, isFactor: Bool, _ span: TextSpan,
    at place: TermExpansion.Variable? = nil
  ) {
    let vector = evaluator.evaluate(expression, in: table, rows: tableRows)
    let values: FrameVariable.Values =
      isFactor
      ? .factor(
        Factor(
          vector, type: expression.type, rows: tableRows,
          contrast: options.contrasts[name] ?? .treatment))
      : .numbers(vector)
    var identity = name
    if case .column(let column) = expression.operation {
      identity = "\(column.table).\(column.column.name)"
    }
    variables[place?.spelling ?? name] = FrameVariable(
      name: name, identity: identity, values: values, span: span)
  }

  private func resolveWeights(_ binder: Binder) throws(ExpressionError) -> Vector? {
    guard let name = options.weights else { return nil }
    do throws(ExpressionError) {
      let column = try binder.resolve(name, at: formula.syntax.span)
      guard case .numbers = column.column.storage else {
        throw ExpressionError(
          .wrongType(expected: "numbers in `\(name)`", found: column.column.type.rawValue),
          at: formula.syntax.span)
      }
      return Vector(column)
    } catch {
      throw ExpressionError(
        error.reason, offset: error.offset, length: error.length, setting: "weights")
    }
  }

  private func checkContrasts(
    _ bound: [(variable: TermExpansion.Variable, expression: BoundExpression)]
  ) throws(ExpressionError) {
    let factors = bound.filter { $0.variable.isFactor || $0.expression.type == .text }
      .map(\.variable.spelling)
    for name in options.contrasts.keys.sorted() where !factors.contains(name) {
      throw ExpressionError(
        .unknownName(name, kind: .column, known: factors), offset: 0,
        length: formula.syntax.span.length, setting: "contrasts")
    }
  }

  // MARK: Rows

  private mutating func dropIncompleteRows() {
    for variable in variables.values.sorted(by: { $0.span.offset < $1.span.offset }) {
      if variable.isComplete { continue }
      drop("missing `\(variable.name)`") { variable.isMissing($0) }
    }
    if let offset { drop("missing `\(offset.name)`") { offset.vector.number(row: $0).isNaN } }
    if let structure {
      for name in structure.names {
        drop("missing `\(name)`") { structure.missing($0) == name }
      }
    }
  }

  private mutating func drop(_ reason: String, where test: (Int) -> Bool) {
    let count = selection.remove(where: test)
    if count > 0 { lost.append(LostRows(reason: reason, count: count)) }
  }

  /// A row without a group has no place in a random term, unless the term says nothing of the row: its
  /// columns are all zero there.
  private mutating func dropRowsWithoutGroup() {
    for term in formula.random {
      guard let group = groups[term.name], !group.isComplete else { continue }
      var without: [Int32] = []
      selection.forEach { row in
        if group.isMissing(row) { without.append(Int32(row)) }
      }
      guard !without.isEmpty else { continue }
      var concerns = [Bool](repeating: false, count: without.count)
      var block = [Double](repeating: 0, count: without.count)
      for column in DesignColumn.all(of: term.effects, variables(of: term.effects)) {
        var span = block.mutableSpan
        column.values.fill(rows: 0..<without.count, selection: without, into: &span)
        for k in concerns.indices where block[k] != 0 { concerns[k] = true }
      }
      let gone = Set(without.indices.filter { concerns[$0] }.map { without[$0] })
      drop("missing `\(term.name)`") { gone.contains(Int32($0)) }
    }
  }

  /// Takes group means over the rows that are left.
  private mutating func splitByGroup() {
    for (_, part) in parts {
      drop("missing `\(part.groups.name)`") { part.groups.isMissing($0) }
    }
    let all = parts.map(\.part)
    for (variable, part) in parts {
      guard case .numbers(let vector)? = variables[variable.spelling]?.values else { continue }
      variables[variable.spelling] = FrameVariable(
        name: part.name(among: all), identity: part.identity,
        values: .numbers(part.values(of: vector, in: selection, tableRows: tableRows)),
        span: variable.span)
    }
  }

  private func variables(of expansion: TermExpansion) -> [FrameVariable] {
    expansion.variables.compactMap { variables[$0.spelling] }
  }

  private func refuseUnusableValues() throws(ExpressionError) {
    for variable in variables.values.sorted(by: { $0.span.offset < $1.span.offset }) {
      guard case .numbers(let vector) = variable.values, !vector.isFinite else { continue }
      if let row = selection.first(where: { !vector.number(row: $0).isFinite }) {
        throw ExpressionError(
          .infiniteValue(column: variable.name, row: row + 1), at: variable.span)
      }
    }
    if let offset, !offset.vector.isFinite,
      let row = selection.first(where: { !offset.vector.number(row: $0).isFinite })
    {
      throw ExpressionError(
        .infiniteValue(column: offset.name, row: row + 1), at: formula.syntax.span)
    }
    if let weights, let name = options.weights,
      let row = selection.first(where: {
        let weight = weights.number(row: $0)
        return !(weight > 0) || weight.isInfinite
      })
    {
      let value = weights.number(row: row)
      throw ExpressionError(
        .unusableWeight(column: name, row: row + 1, value: value.isNaN ? nil : value),
        offset: 0, length: formula.syntax.span.length, setting: "weights")
    }
  }

  private mutating func restrictLevels() {
    for variable in variables.values.sorted(by: { $0.span.offset < $1.span.offset }) {
      guard let factor = variable.factor?.used(in: selection) else { continue }
      variables[variable.name] = FrameVariable(
        name: variable.name, identity: variable.identity, values: .factor(factor),
        span: variable.span)
      diagnostics += Self.doubts(about: factor, named: variable.name)
    }
  }

  static func doubts(about factor: Factor, named name: String) -> [Diagnostic] {
    var diagnostics: [Diagnostic] = []
    let used = Set(factor.used)
    let unused = factor.levels.indices.filter { !used.contains($0) }.map {
      "`\(factor.levels[$0])`"
    }
    if !unused.isEmpty {
      diagnostics.append(
        Diagnostic(
          .note, code: "unused-levels",
          "`\(name)` has no row with \(listed(unused)): left out of the model"))
    }
    if factor.used.count == 1 {
      diagnostics.append(
        Diagnostic(
          .warning, code: "single-level",
          "`\(name)` is `\(factor.levels[factor.used[0]])` in every row used: "
            + "it has no effect to estimate"))
    }
    return diagnostics
  }

  private static func listed(_ names: [String]) -> String {
    names.prefix(12).joined(separator: ", ")
      + (names.count > 12 ? " and \(names.count - 12) more" : "")
  }

  // MARK: Columns

  private mutating func assemble() throws(ExpressionError) -> ModelFrame {
    let fixedVariables = variables(of: formula.fixed)
    let width = DesignColumn.count(of: formula.fixed, fixedVariables)
    guard width <= Self.columnLimit else {
      throw ExpressionError(
        .tooMany("fixed columns", count: width, limit: Self.columnLimit),
        at: formula.syntax.span)
    }
    let candidates = DesignColumn.all(of: formula.fixed, fixedVariables)
    let scan = try RankScan(
      candidates, selection: selection, hasIntercept: formula.hasIntercept,
      at: formula.syntax.span)
    diagnostics += scan.diagnostics

    var store = ColumnStore()
    let fixed = scan.kept.map { store.position(of: candidates[$0]) }
    guard let response = variables[formula.response] else {
      throw ExpressionError(.noRows(lost: lost, doubts: []), at: formula.responseSyntax.span)
    }
    let responseColumn = DesignColumn(
      key: .numbers(response.identity), name: response.name, values: response.modelColumn)
    if RankScan.isConstant(responseColumn.values, selection) {
      diagnostics.append(
        Diagnostic(
          .warning, code: "constant-response",
          "the response `\(response.name)` is the same in every row used"))
    }
    let responsePosition = store.position(of: responseColumn)
    let failuresPosition = formula.failuresSyntax.flatMap { variables[$0.spelling] }.map {
      store.position(
        of: DesignColumn(
          key: .numbers($0.identity), name: $0.name, values: $0.modelColumn))
    }
    let offsetPosition = offset.map {
      store.append(ModelFrame.NamedColumn($0.name, $0.vector.modelColumn))
    }
    let weightsPosition = weights.map {
      store.append(ModelFrame.NamedColumn("(weights)", $0.modelColumn))
    }
    for name in formula.groupNames { diagnostics += groups[name]?.doubts(in: selection) ?? [] }
    var factors: [String: GroupingFactor] = [:]
    let random = formula.random.compactMap { term -> RandomTerm? in
      guard let factor = factors[term.name] ?? groups[term.name]?.factor(in: selection) else {
        return nil
      }
      factors[term.name] = factor
      let columns = DesignColumn.all(of: term.effects, variables(of: term.effects))
      return RandomTerm(factor: factor, columns: columns.map { store.position(of: $0) })
    }
    return ModelFrame(
      selection: selection.rows, rowCount: selection.count, columns: store.columns, fixed: fixed,
      response: responsePosition, offset: offsetPosition, weights: weightsPosition,
      random: random, lost: lost, diagnostics: evaluator.diagnostics + diagnostics,
      failures: failuresPosition, responseLevels: response.factor?.levels,
      rows: try structure?.structure(in: selection))
  }
}

/// The distinct columns of a frame.
struct ColumnStore {
  private(set) var columns: [ModelFrame.NamedColumn] = []
  private var positions: [DesignColumn.Key: Int] = [:]

  mutating func position(of column: DesignColumn) -> Int {
    if let known = positions[column.key] { return known }
    let position = append(ModelFrame.NamedColumn(column.name, column.values))
    positions[column.key] = position
    return position
  }

  mutating func append(_ column: ModelFrame.NamedColumn) -> Int {
    columns.append(column)
    return columns.count - 1
  }
}

extension FrameVariable {
  var modelColumn: ModelColumn {
    switch values {
    case .numbers(let vector): vector.modelColumn
    case .factor(let factor):
      .contrast(codes: factor.codes, coefficients: factor.levels.indices.map(Double.init))
    }
  }
}

extension Formula {
  /// All offsets as one sum.
  fileprivate var offsetSyntax: Syntax? {
    guard let first = fixed.offsets.first else { return nil }
    return fixed.offsets.dropFirst().reduce(first) { sum, next in
      Syntax(
        .binary(.plus, sum, next), span: sum.span.through(next.span),
        depth: max(sum.depth, next.depth) + 1)
    }
  }
}

extension Syntax {
  /// What stands inside `I()`.
  fileprivate var withoutIdentity: Syntax {
    if case .call("I", let arguments) = kind, arguments.count == 1, let first = arguments.first {
      return first.value
    }
    return self
  }
}
