internal import Tables

extension Binder {
  func bind(
    call name: String, _ arguments: [Syntax.Argument], _ syntax: Syntax
  ) throws(ExpressionError) -> BoundExpression {
    guard let function = FunctionName(rawValue: name) else {
      throw ExpressionError(
        .unknownName(name, kind: .function, known: FunctionName.allCases.map(\.rawValue)),
        at: syntax.head)
    }
    let call = Call(function: function, arguments, syntax)
    switch function {
    case .log: return try bind(.log, call)
    case .exp: return try bind(.exp, call)
    case .sqrt: return try bind(.sqrt, call)
    case .abs: return try bind(.abs, call)
    case .round: return try bindRound(call)
    case .min, .max, .mean, .sd, .median, .sum, .count, .range, .distinct:
      return try bindAggregate(call)
    case .rank, .band: return try bindRank(call)
    case .date:
      try call.refuseNames()
      var parts: [BoundExpression] = []
      for part in try call.positional(3...3) { parts.append(try bindNumeric(part)) }
      return BoundExpression(.date(parts), .date, syntax)
    case .standardise:
      try refuseStreamed(table, syntax)
      let by = try call.named("by")
      let value = try bindNumeric(try call.positional(1...1)[0])
      return BoundExpression(
        .standardise(value, by: try by.map { part throws(ExpressionError) in try bind(part) }),
        .number, syntax)
    case .missing:
      try call.refuseNames()
      return BoundExpression(
        .isMissing(try bind(try call.positional(1...1)[0])), .logical, syntax)
    case .contains:
      try call.refuseNames()
      let parts = try call.positional(2...2)
      return BoundExpression(
        .contains(try bind(parts[0], as: .text), try bind(parts[1], as: .text)), .logical,
        syntax)
    case .member, .yearsSinceJoining, .groupSize: return try bindMembership(call)
    case .within, .between:
      throw ExpressionError(
        .rule(
          "`\(name)()` is a term of a formula, by itself, where it runs over the rows of the model; "
            + "elsewhere write `mean(x, by = group)`"), at: syntax.head)
    }
  }

  /// A call whose arguments are looked at one by one.
  struct Call {
    let function: FunctionName
    let arguments: [Syntax.Argument]
    let syntax: Syntax

    init(function: FunctionName, _ arguments: [Syntax.Argument], _ syntax: Syntax) {
      self.function = function
      self.arguments = arguments
      self.syntax = syntax
    }

    var wrong: ExpressionError {
      ExpressionError(
        .wrongArguments(function: function.rawValue, usage: function.usage), at: syntax.span)
    }

    func positional(_ allowed: ClosedRange<Int>) throws(ExpressionError) -> [Syntax] {
      let values = arguments.filter { $0.label == nil }.map(\.value)
      guard allowed.contains(values.count) else { throw wrong }
      return values
    }

    /// The argument named `label`; other names are refused.
    func named(_ label: String) throws(ExpressionError) -> Syntax? {
      for argument in arguments {
        guard let found = argument.label, found != label, let span = argument.labelSpan else {
          continue
        }
        throw ExpressionError(.unknownName(found, kind: .argument, known: [label]), at: span)
      }
      let values = arguments.filter { $0.label == label }
      guard values.count <= 1 else { throw wrong }
      return values.first?.value
    }

    func refuseNames() throws(ExpressionError) {
      for argument in arguments {
        guard let label = argument.label, let span = argument.labelSpan else { continue }
        throw ExpressionError(.unknownName(label, kind: .argument, known: []), at: span)
      }
    }
  }

  private func bind(
    _ function: NumericFunction, _ call: Call
  ) throws(ExpressionError) -> BoundExpression {
    try call.refuseNames()
    return BoundExpression(
      .numeric(function, try bindNumeric(try call.positional(1...1)[0])), .number, call.syntax)
  }

  private func bindRound(_ call: Call) throws(ExpressionError) -> BoundExpression {
    let named = try call.named("digits")
    let values = try call.positional(1...(named == nil ? 2 : 1))
    let value = try bindNumeric(values[0])
    var digits = 0
    if let written = named ?? (values.count > 1 ? values[1] : nil) {
      let number = try bindNumeric(written).literalNumber
      guard let number, let whole = Int(exactly: number), abs(whole) <= 15 else {
        throw ExpressionError(
          .unexpected("`\(written.spelling)`", expected: "a whole number of digits"),
          at: written.span)
      }
      digits = whole
    }
    return BoundExpression(.round(value, digits: digits), .number, call.syntax)
  }

  private func bindAggregate(_ call: Call) throws(ExpressionError) -> BoundExpression {
    guard let aggregate = call.function.aggregate else { throw call.wrong }
    let by = try call.named("by")
    let rowWise = (aggregate == .min || aggregate == .max) && by == nil
    let values = try call.positional(1...(rowWise ? Int.max : 1))
    if values.count > 1 { return try bindExtreme(aggregate, values, call.syntax) }
    if let child = try childTable(of: values[0]) {
      try refuseStreamed(child, call.syntax)
      let inner = Binder(data: data, table: child)
      let value = try inner.bindArgument(values[0], of: aggregate)
      return BoundExpression(
        .aggregate(aggregate, of: value, over: try rows(of: child, by: by)),
        aggregate.type(of: value.type), call.syntax)
    }
    if by == nil, let members = data.time.members[table], !resolvesAll(values[0]) {
      // What a group is made of: its members, each in its base year.
      let inner = Binder(data: data, table: members, looksAtBase: true)
      let value = try inner.bindArgument(values[0], of: aggregate)
      return BoundExpression(
        .aggregate(aggregate, of: value, over: self.rows(of: members, eachOf: table)),
        aggregate.type(of: value.type), call.syntax)
    }
    try refuseStreamed(table, call.syntax)
    let value = try bindArgument(values[0], of: aggregate)
    let rows: AggregateRows = if let by { .by(try bind(by)) } else { .all }
    return BoundExpression(
      .aggregate(aggregate, of: value, over: rows), aggregate.type(of: value.type), call.syntax)
  }

  /// The rows of `members`, which belong to the rows of this table.
  private func rows(of members: String, eachOf table: String) -> AggregateRows {
    guard let index = data.rowIndex(from: members, to: table) else { return .all }
    return .linked(table: members, index: index, by: nil)
  }

  private func bindRank(_ call: Call) throws(ExpressionError) -> BoundExpression {
    try refuseStreamed(table, call.syntax)
    let by = try call.named("by")
    let isBand = call.function == .band
    let values = try call.positional(isBand ? 2...2 : 1...1)
    var bands: Int?
    if isBand {
      let number = try bindNumeric(values[1]).literalNumber
      guard let number, let whole = Int(exactly: number), (2...1000).contains(whole) else {
        throw ExpressionError(
          .unexpected("`\(values[1].spelling)`", expected: "a number of bands, from 2"),
          at: values[1].span)
      }
      bands = whole
    }
    return BoundExpression(
      .rank(
        try bindNumeric(values[0]),
        by: try by.map { part throws(ExpressionError) in try bind(part) }, bands: bands),
      .number, call.syntax)
  }

  /// What runs over all rows of a table cannot be had from pieces of it.
  private func refuseStreamed(_ table: String, _ syntax: Syntax) throws(ExpressionError) {
    guard data.streamed.contains(table) else { return }
    throw ExpressionError(
      .rule(
        "`\(syntax.spelling)` runs over all rows of `\(table)`, which is streamed: add it to the "
          + "file as a column, or to a table that `\(table)` links to, or drop `stream: true`"),
      at: syntax.head)
  }

  private func bindArgument(
    _ syntax: Syntax, of aggregate: Aggregate
  ) throws(ExpressionError) -> BoundExpression {
    let value = try bind(syntax)
    let fits =
      switch aggregate {
      case .count, .distinct: true
      case .min, .max: value.type.isNumeric || value.type == .date
      case .mean, .sd, .median, .sum, .range: value.type.isNumeric
      }
    guard fits else { throw mismatch("a number", value) }
    return value
  }

  private func bindExtreme(
    _ aggregate: Aggregate, _ values: [Syntax], _ syntax: Syntax
  ) throws(ExpressionError) -> BoundExpression {
    var parts: [BoundExpression] = []
    for value in values {
      let part = try bind(value)
      let first = parts.first?.type ?? part.type
      guard part.type != .text, (part.type == .date) == (first == .date) else {
        throw mismatch(first == .date ? "a date" : "a number", part)
      }
      parts.append(part)
    }
    let type: ValueType = parts.first?.type == .date ? .date : .number
    return BoundExpression(.extreme(aggregate, parts), type, syntax)
  }

  /// The table below this one whose columns `syntax` names, if it names any.
  private func childTable(of syntax: Syntax) throws(ExpressionError) -> String? {
    var child: String?
    for use in NameUse.all(in: syntax) {
      guard use.table == nil, let dot = use.name.firstIndex(of: ".") else { continue }
      let owner = String(use.name[..<dot])
      guard data[table: owner] != nil, !data.reaches(owner, from: table),
        data.reaches(table, from: owner)
      else { continue }
      if let child, child != owner {
        throw ExpressionError(
          .rule("one aggregate takes the rows of one table, not of `\(child)` and `\(owner)`"),
          offset: use.offset, length: use.length)
      }
      child = owner
    }
    return child
  }

  private func rows(
    of child: String, by: Syntax?
  ) throws(ExpressionError) -> AggregateRows {
    let count = data[table: child]?.rowCount ?? 0
    guard let by else {
      guard looksAtYear, let path = data.path(from: child, to: table) else {
        return .allLinked(table: child, rows: count)
      }
      return .linked(table: child, index: data.rowIndex(along: path), by: nil)
    }
    guard let path = data.path(from: child, to: table) else {
      throw ExpressionError(.rule("`\(child)` is not linked to `\(table)`"), at: by.span)
    }
    let index = data.rowIndex(along: path)
    // A school's pupils are those of the row's own year, where it has a row for each.
    if case .name(let name) = by.bare.kind, isUnitKey(name) {
      return .linked(table: child, index: index, by: nil)
    }
    do {
      return .linked(table: child, index: index, by: try bind(by))
    } catch {
      // The linking column may stand in the table below alone: `by = pupils.school`.
      if path.count == 1, case .name(let name) = by.kind,
        name == path[0].column || name == "\(child).\(path[0].column)"
      {
        return .linked(table: child, index: index, by: nil)
      }
      throw error
    }
  }
}
