internal import Tables

/// `within(x, by = school)` and `between(x, by = school)` in a formula: a covariate's deviation from the mean
/// of its group, and that mean, taken over the rows that the model uses.
///
/// With both in a model their coefficients are the effect within groups and the effect between them; beside a
/// plain `x` the coefficient of `between(x)` is the contextual effect. Y. Mundlak (1978),
/// doi:10.2307/1913646; A. Bell and K. Jones (2015), doi:10.1017/psrm.2014.7.
struct GroupMeanPart: Sendable {
  enum Kind: String, Sendable {
    case within, between
  }

  let kind: Kind
  let value: BoundExpression
  let groups: GroupColumns
  /// `within(ses, by = school)`, whatever was left out.
  let identity: String

  /// - Returns: `nil` where `syntax` is no such call.
  /// - Throws: ``ExpressionError`` where `by` is missing and the formula does not tell, or is no column.
  init?(
    _ syntax: Syntax, of formula: Formula, _ binder: Binder, rows: Int
  ) throws(ExpressionError) {
    guard let call = Call(syntax) else { return nil }
    guard let value = call.value else {
      throw ExpressionError(
        .wrongArguments(
          function: call.kind.rawValue, usage: "\(call.kind.rawValue)(x, by = group)"),
        at: syntax.span)
    }
    kind = call.kind
    self.value = try binder.bindNumeric(value)
    let term: RandomSyntax
    if let by = call.by {
      guard case .name = by.bare.kind, let effects = formula.random.first?.effects ?? formula.empty
      else {
        throw ExpressionError(
          .unexpected("`\(by.spelling)`", expected: "a grouping column after `by =`"), at: by.span)
      }
      term = RandomSyntax(
        effects: effects, group: [by.bare], name: by.bare.spelling, span: by.span)
    } else {
      let names = formula.groupNames
      guard names.count == 1, let only = formula.random.first else {
        throw ExpressionError(
          .rule(
            names.isEmpty
              ? "`\(syntax.spelling)` needs a group: write "
                + "`\(call.kind.rawValue)(\(value.spelling), by = group)`"
              : "the formula has the groups \(names.map { "`\($0)`" }.joined(separator: " and ")): "
                + "write which of them `\(syntax.spelling)` means, such as "
                + "`\(call.kind.rawValue)(\(value.spelling), by = \(names[0]))`"),
          at: syntax.span)
      }
      term = only
    }
    groups = try GroupColumns(term, binder, rows: rows)
    identity = "\(kind.rawValue)(\(value.spelling), by = \(term.name))"
  }

  /// `within(ses)`, with the group only where the formula has the same part by another group too.
  func name(among all: [GroupMeanPart]) -> String {
    let isAlone = all.allSatisfy {
      $0.kind != kind || $0.value.syntax.spelling != value.syntax.spelling
        || $0.groups.name == groups.name
    }
    return isAlone ? "\(kind.rawValue)(\(value.syntax.spelling))" : identity
  }

  /// The part's values in the rows of the table; only those of `selection` mean anything.
  func values(of x: Vector, in selection: RowSelection, tableRows: Int) -> Vector {
    let factor = groups.factor(in: selection)
    var origins = [Double](repeating: .nan, count: factor.levels.count)
    var sums = [Double](repeating: 0, count: factor.levels.count)
    var counts = sums
    var place = 0
    // From each group's first value, so that the mean of equal values is that value.
    selection.forEach { row in
      let code = Int(factor.codes[place])
      place += 1
      guard code >= 0 else { return }
      let value = x.number(row: row)
      if origins[code].isNaN { origins[code] = value }
      sums[code] += value - origins[code]
      counts[code] += 1
    }
    let means = origins.indices.map { origins[$0] + sums[$0] / counts[$0] }
    place = 0
    switch kind {
    case .between:
      var index = [Int32](repeating: -1, count: tableRows)
      selection.forEach { row in
        index[row] = factor.codes[place]
        place += 1
      }
      return Vector(.numbers(means), home: Vector.Home(table: identity, index: index))
    case .within:
      var result = [Double](repeating: .nan, count: tableRows)
      selection.forEach { row in
        let code = Int(factor.codes[place])
        place += 1
        if code >= 0 { result[row] = x.number(row: row) - means[code] }
      }
      return Vector(.numbers(result))
    }
  }
}

extension GroupMeanPart {
  /// The call as it is written.
  private struct Call {
    let kind: Kind
    /// `nil` where the arguments do not fit.
    let value: Syntax?
    let by: Syntax?

    init?(_ syntax: Syntax) {
      guard case .call(let name, let arguments) = syntax.kind, let kind = Kind(rawValue: name)
      else { return nil }
      self.kind = kind
      let values = arguments.filter { $0.label == nil }.map(\.value)
      let groups = arguments.filter { $0.label == "by" }.map(\.value)
      let fits =
        values.count == 1 && groups.count <= 1 && values.count + groups.count == arguments.count
      value = fits ? values[0] : nil
      by = groups.first
    }
  }
}

extension Formula {
  /// The fixed part's variables without any term.
  fileprivate var empty: TermExpansion? { fixed.keeping([], intercept: true) }
}
