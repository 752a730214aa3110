/// Reads tokens by precedence climbing.
///
/// From loosest to tightest: `~`; `or` `|` `||`; `and` `&`; `not` `!`; comparisons and `in`; `+` `-`;
/// `*` `/`; `:`; signs; `^`, which groups from the right. These are R's ranks. `~`, `:` and `||` belong to
/// formulas alone.
struct SyntaxParser {
  enum Grammar { case expression, formula }

  /// Parts inside parts that are read one inside the other, so that no text can exhaust the stack.
  static let nestingLimit = 200
  /// Levels of the finished tree; a sum of many terms is as deep as it is long.
  static let depthLimit = 2000

  private let tokens: [Token]
  private let grammar: Grammar
  private var position = 0
  private var nesting = 0

  private init(_ tokens: [Token], _ grammar: Grammar) {
    self.tokens = tokens
    self.grammar = grammar
  }

  static func parse(_ source: String, as grammar: Grammar) throws(ExpressionError) -> Syntax {
    var parser = SyntaxParser(try Tokenizer.tokens(of: source), grammar)
    let result = try parser.expression(above: 0)
    guard parser.current.kind == .end else {
      throw parser.unexpected(expected: "an operator or the end")
    }
    return result
  }

  private var current: Token { tokens[position] }

  private mutating func advance() { if position < tokens.count - 1 { position += 1 } }

  private func stands(_ symbol: String) -> Bool { current.kind == .symbol(symbol) }

  private func unexpected(expected: String) -> ExpressionError {
    if stands("=") {
      return ExpressionError(
        .unexpected("`=`", expected: "\(expected) (equality is written `==`)"), at: current.span)
    }
    return ExpressionError(.unexpected(current.described, expected: expected), at: current.span)
  }

  /// Steps over `symbol`, which must stand here, and gives its place.
  private mutating func expect(_ symbol: String) throws(ExpressionError) -> TextSpan {
    guard stands(symbol) else { throw unexpected(expected: "`\(symbol)`") }
    let span = current.span
    advance()
    return span
  }

  private func node(
    _ kind: Syntax.Kind, _ span: TextSpan, over parts: [Syntax] = [], head: TextSpan? = nil
  ) throws(ExpressionError) -> Syntax {
    let depth = 1 + (parts.map(\.depth).max() ?? 0)
    guard depth <= Self.depthLimit else {
      throw ExpressionError(.tooDeep(limit: Self.depthLimit), at: head ?? span)
    }
    return Syntax(kind, span: span, depth: depth, head: head)
  }

  private func infix(
    _ token: Token
  ) throws(ExpressionError) -> (operation: Syntax.BinaryOperator, rank: Int)? {
    if token.kind == .keyword(.and) { return (.and, 3) }
    if token.kind == .keyword(.or) { return (.or, 2) }
    guard case .symbol(let symbol) = token.kind else { return nil }
    let isFormula = grammar == .formula
    switch symbol {
    case "~" where isFormula: return (.tilde, 1)
    case "||" where isFormula: return (.doubleBar, 2)
    case "||":
      throw ExpressionError(.unexpected("`||`", expected: "`or` or `|`"), at: token.span)
    case "|": return (.or, 2)
    case "&": return (.and, 3)
    case "==": return (.equal, 5)
    case "!=": return (.notEqual, 5)
    case "<": return (.less, 5)
    case "<=": return (.lessOrEqual, 5)
    case ">": return (.greater, 5)
    case ">=": return (.greaterOrEqual, 5)
    case "+": return (.plus, 6)
    case "-": return (.minus, 6)
    case "*": return (.times, 7)
    case "/": return (.over, 7)
    case ":" where isFormula: return (.interaction, 8)
    case "^": return (.power, 10)
    default: return nil
    }
  }

  /// `value @ base`, `value @ (base - 1)` or `value @ 2014`, from the `@` on.
  private mutating func dated(_ value: Syntax) throws(ExpressionError) -> Syntax {
    let head = try expect("@")
    let expected = "`base`, `(base - 1)` or a year after `@`"
    let year: YearReference
    var end = current.span
    switch current.kind {
    case .name("base"):
      advance()
      year = .base(offset: 0)
    case .number(let number):
      guard let whole = Int(exactly: number), (1800...2200).contains(whole) else {
        throw unexpected(expected: expected)
      }
      advance()
      year = .year(whole)
    case .symbol("("):
      let opening = current
      advance()
      guard current.kind == .name("base") else { throw unexpected(expected: "`base`") }
      advance()
      let isBefore = stands("-")
      guard isBefore || stands("+") else { throw unexpected(expected: "`- 1` or another number") }
      advance()
      guard case .number(let number) = current.kind, let years = Int(exactly: number), years < 100
      else { throw unexpected(expected: "a whole number of years") }
      advance()
      end = try close(opening)
      year = .base(offset: isBefore ? -years : years)
    default: throw unexpected(expected: expected)
    }
    let span = value.span.through(end)
    let reference = try node(.at(value, year), span, over: [value], head: head)
    // In a formula it is a column of the candidates, which the study's data have under this name.
    return grammar == .formula ? try node(.name(reference.spelling), span) : reference
  }

  private mutating func expression(above minimum: Int) throws(ExpressionError) -> Syntax {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= Self.nestingLimit else {
      throw ExpressionError(.tooDeep(limit: Self.nestingLimit), at: current.span)
    }
    var left = try operand()
    while stands("@") { left = try dated(left) }
    while true {
      let token = current
      if let (isNegated, words) = membershipOperator(), minimum < 5 {
        left = try membership(of: left, negated: isNegated, words: words)
        continue
      }
      guard let (operation, rank) = try infix(token), rank > minimum else { return left }
      advance()
      // The right side takes what binds more tightly; `^` groups from the right.
      let right = try expression(above: operation == .power ? 8 : rank)
      left = try node(
        .binary(operation, left, right), left.span.through(right.span), over: [left, right],
        head: token.span)
      if rank == 5, let (_, next) = try infix(current), next == 5 {
        throw unexpected(expected: "`and` between two comparisons")
      }
    }
  }

  private func membershipOperator() -> (isNegated: Bool, words: Int)? {
    if current.kind == .keyword(.in) { return (false, 1) }
    if current.kind == .keyword(.not), position + 1 < tokens.count,
      tokens[position + 1].kind == .keyword(.in)
    {
      return (true, 2)
    }
    return nil
  }

  private mutating func membership(
    of value: Syntax, negated: Bool, words: Int
  ) throws(ExpressionError) -> Syntax {
    let head = current.span
    for _ in 0..<words { advance() }
    let opening = try expect("[")
    var list: [Syntax] = []
    repeat {
      if !list.isEmpty { advance() }
      list.append(try expression(above: 0))
    } while stands(",")
    guard stands("]") else {
      if current.kind == .end { throw ExpressionError(.unclosed("the bracket `[`"), at: opening) }
      throw unexpected(expected: "`,` or `]`")
    }
    let span = value.span.through(current.span)
    advance()
    return try node(
      .isIn(value, list, negated: negated), span, over: list + [value], head: head)
  }

  private mutating func operand() throws(ExpressionError) -> Syntax {
    let token = current
    switch token.kind {
    case .number(let value):
      advance()
      return try node(.number(value), token.span)
    case .date(let days):
      advance()
      return try node(.date(days), token.span)
    case .text(let text):
      advance()
      return try node(.text(text), token.span)
    case .keyword(.true), .keyword(.false):
      advance()
      return try node(.logical(token.kind == .keyword(.true)), token.span)
    case .name(let name):
      advance()
      return stands("(")
        ? try call(name, token.span) : try node(.name(name), token.span)
    case .symbol("("):
      advance()
      let inner = try expression(above: 0)
      let span = token.span.through(try close(token))
      return try node(.parenthesised(inner), span, over: [inner])
    case .symbol("-"): return try unary(.minus, above: 8)
    case .symbol("+"): return try unary(.plus, above: 8)
    case .symbol("!"), .keyword(.not): return try unary(.not, above: 3)
    case .keyword(.if): return try conditional()
    default: throw unexpected(expected: "a name, a number, a text or `(`")
    }
  }

  private mutating func close(_ opening: Token) throws(ExpressionError) -> TextSpan {
    if current.kind == .end {
      throw ExpressionError(.unclosed("the bracket `(`"), at: opening.span)
    }
    return try expect(")")
  }

  private mutating func unary(
    _ operation: Syntax.UnaryOperator, above rank: Int
  ) throws(ExpressionError) -> Syntax {
    let head = current.span
    advance()
    let operand = try expression(above: rank)
    return try node(
      .unary(operation, operand), head.through(operand.span), over: [operand], head: head)
  }

  private mutating func conditional() throws(ExpressionError) -> Syntax {
    let head = current.span
    advance()
    let condition = try expression(above: 0)
    try expect(.then)
    let positive = try expression(above: 0)
    try expect(.else)
    let negative = try expression(above: 0)
    return try node(
      .conditional(condition, then: positive, else: negative), head.through(negative.span),
      over: [condition, positive, negative], head: head)
  }

  private mutating func expect(_ keyword: Token.Keyword) throws(ExpressionError) {
    guard current.kind == .keyword(keyword) else {
      throw unexpected(expected: "`\(keyword.rawValue)`")
    }
    advance()
  }

  private mutating func call(
    _ name: String, _ nameSpan: TextSpan
  ) throws(ExpressionError) -> Syntax {
    let opening = current
    advance()
    var arguments: [Syntax.Argument] = []
    if !stands(")") {
      while true {
        arguments.append(try argument())
        guard stands(",") else { break }
        advance()
      }
    }
    let span = nameSpan.through(try close(opening))
    return try node(
      .call(name, arguments), span, over: arguments.map(\.value), head: nameSpan)
  }

  private mutating func argument() throws(ExpressionError) -> Syntax.Argument {
    if case .name(let label) = current.kind, tokens[position + 1].kind == .symbol("=") {
      let span = current.span
      advance()
      advance()
      return Syntax.Argument(label: label, labelSpan: span, value: try expression(above: 0))
    }
    return Syntax.Argument(label: nil, labelSpan: nil, value: try expression(above: 0))
  }
}
