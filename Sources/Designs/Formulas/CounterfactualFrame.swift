internal import Tables

/// What a model would be told of the same rows if some columns held other values.
extension Formula {
  /// The fixed part of `frame`, at its rows, computed from changed data.
  ///
  /// Interactions and functions of a changed column change with it; categories keep the columns that they have in
  /// `frame`. What is computed from many rows, such as `mean(x)` or `standardise(x)`, would change its meaning
  /// with the column, so a formula that does so with a changed column is refused.
  ///
  /// - Parameters:
  ///   - frame: of this formula, made from `data` with `options`.
  ///   - changed: `data` with other values in some columns.
  ///   - columns: the changed columns, as the formula's table names them.
  /// - Returns: a frame with the fixed columns of `frame` in their order, and its offset; without random terms.
  /// - Throws: ``ExpressionError`` for an aggregate of a changed column, a value without a result, or a level that
  ///   the rows of `frame` do not have.
  public func counterfactual(
    of frame: ModelFrame, from data: DataSet, to changed: DataSet, columns: [String],
    table: String, options: FrameOptions = FrameOptions()
  ) throws(ExpressionError) -> ModelFrame {
    for variable in fixed.variables { try refuseAggregates(variable.expression, of: columns) }
    for offset in fixed.offsets { try refuseAggregates(offset, of: columns) }
    let rows = data[table: table]?.rowCount ?? 0
    let selection = RowSelection(frame.selection, of: rows)
    var (before, after) = (Evaluator(data), Evaluator(changed))
    let (binder, newBinder) = (
      Binder(data: data, table: table), Binder(data: changed, table: table)
    )
    var variables: [FrameVariable] = []
    for variable in fixed.variables {
      let bound = try newBinder.bind(variable.expression)
      let vector = after.evaluate(bound, in: table, rows: rows)
      let values: FrameVariable.Values
      if variable.isFactor || bound.type == .text {
        let contrast = options.contrasts[variable.spelling] ?? .treatment
        let old = try binder.bind(variable.expression)
        let known = Factor(
          before.evaluate(old, in: table, rows: rows), type: old.type, rows: rows,
          contrast: contrast
        ).used(in: selection)
        let new = Factor(vector, type: bound.type, rows: rows, contrast: contrast)
        values = .factor(try known.recoding(new, selection, variable))
      } else {
        values = .numbers(vector)
      }
      variables.append(
        FrameVariable(
          name: variable.spelling, identity: variable.spelling, values: values,
          span: variable.span))
    }
    for variable in variables {
      guard case .numbers(let vector) = variable.values else { continue }
      if let row = selection.first(where: { !vector.number(row: $0).isFinite }) {
        throw ExpressionError(
          .infiniteValue(column: variable.name, row: row + 1), at: variable.span)
      }
    }
    var all = DesignColumn.all(of: fixed, variables).map {
      ModelFrame.NamedColumn($0.name, $0.values)
    }
    let places = try frame.fixedNames.map { (name) throws(ExpressionError) -> Int in
      guard let place = all.firstIndex(where: { $0.name == name }) else {
        throw ExpressionError(
          .unknownName(name, kind: .column, known: all.map(\.name)), at: syntax.span)
      }
      return place
    }
    var offset: Int?
    for term in fixed.offsets {
      let vector = after.evaluate(try newBinder.bindNumeric(term), in: table, rows: rows)
      let column = vector.modelColumn
      if let known = offset {
        // Offsets add up, which a product of columns cannot say: the sum is written out.
        all[known] = ModelFrame.NamedColumn(
          "offset",
          .values((0..<rows).map { all[known].values.number($0) + vector.number(row: $0) }))
      } else {
        offset = all.count
        all.append(ModelFrame.NamedColumn("offset", column))
      }
    }
    return ModelFrame(
      selection: frame.selection, rowCount: frame.rowCount, columns: all, fixed: places,
      response: places.first ?? 0, offset: offset)
  }

  private func refuseAggregates(
    _ expression: Syntax, of columns: [String]
  ) throws(ExpressionError) {
    func look(_ syntax: Syntax) throws(ExpressionError) {
      switch syntax.kind {
      case .number, .date, .text, .logical, .name: return
      case .parenthesised(let inner), .unary(_, let inner), .at(let inner, _): try look(inner)
      case .binary(_, let a, let b):
        try look(a)
        try look(b)
      case .isIn(let value, let list, _):
        for part in [value] + list { try look(part) }
      case .conditional(let condition, let a, let b):
        for part in [condition, a, b] { try look(part) }
      case .call(let name, let arguments):
        let function = FunctionName(rawValue: name)
        let unlabelled = arguments.filter { $0.label == nil }.count
        let isRowwise = (function == .min || function == .max) && unlabelled > 1
        let usesRows = (function?.aggregate != nil && !isRowwise) || function == .standardise
        if usesRows, let use = NameUse.all(in: syntax).first(where: { columns.contains($0.name) }) {
          throw ExpressionError(
            .rule(
              "`\(syntax.spelling)` is computed from all rows, so changing `\(use.name)` in it has no one "
                + "meaning: compute it as a column of the data first"), at: syntax.span)
        }
        for argument in arguments { try look(argument.value) }
      }
    }
    try look(expression)
  }
}

extension Factor {
  /// The codes of `other` as positions among these levels.
  fileprivate func recoding(
    _ other: Factor, _ rows: RowSelection, _ variable: TermExpansion.Variable
  ) throws(ExpressionError) -> Factor {
    let places = other.levels.map { level in levels.firstIndex(of: level).map(Int32.init) ?? -1 }
    let kept = Set(used)
    let codes = other.codes.map { $0 < 0 ? -1 : places[Int($0)] }
    if let row = rows.first(where: { codes[$0] < 0 || !kept.contains(Int(codes[$0])) }) {
      let level = other.codes[row] < 0 ? "missing" : other.levels[Int(other.codes[row])]
      throw ExpressionError(
        .unknownName(level, kind: .level, known: used.map { levels[$0] }), at: variable.span)
    }
    return Factor(codes: codes, levels: levels, used: used, contrast: contrast)
  }
}

extension ModelColumn {
  /// The value at a row of the source.
  fileprivate func number(_ row: Int) -> Double {
    switch self {
    case .constant(let value): value
    case .values(let values): values[row]
    case .linked(let values, let index): index[row] < 0 ? .nan : values[Int(index[row])]
    case .contrast(let codes, let coefficients): coefficients[Int(codes[row])]
    case .product(let a, let b): a.number(row) * b.number(row)
    }
  }
}
