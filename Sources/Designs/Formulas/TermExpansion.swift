/// The terms of a formula's right-hand side, by R's rules.
///
/// A term is a set of variables; `*`, `:`, `/`, `^`, `-` and `+` make and remove terms (G. N. Wilkinson and
/// C. E. Rogers 1973, doi:10.2307/2346786). Terms are ordered by the number of their variables, and as
/// written within that.
struct TermExpansion: Sendable {
  /// A variable: a column, or any call of the expression language.
  struct Variable: Sendable {
    let spelling: String
    /// The expression inside `I()` or `factor()`, otherwise the whole.
    let expression: Syntax
    /// Written as `factor(…)`.
    let isFactor: Bool
    let span: TextSpan
  }

  /// Expanding stops here: no model has so many terms.
  static let termLimit = 5000

  private(set) var variables: [Variable] = []
  /// Positions in `variables`, ascending within a term.
  private(set) var terms: [[Int]] = []
  private(set) var hasIntercept = true
  private(set) var offsets: [Syntax] = []
  private(set) var randomTerms: [Syntax] = []

  private var positions: [String: Int] = [:]
  /// Whether what is being read is taken away: under one minus, or three.
  private var isRemoving = false
  private let allowsRandom: Bool

  init(_ syntax: Syntax, allowsRandom: Bool) throws(ExpressionError) {
    self.allowsRandom = allowsRandom
    // Variables are numbered in the order of the text, whatever becomes of their terms.
    try register(syntax)
    terms = try encode(syntax, isSummand: true)
    terms = terms.enumerated()
      .sorted { ($0.element.count, $0.offset) < ($1.element.count, $1.offset) }
      .map(\.element)
  }

  /// The same variables with other terms.
  func keeping(_ terms: [[Int]], intercept: Bool) -> TermExpansion {
    var result = self
    result.terms = terms
    result.hasIntercept = intercept
    return result
  }

  /// `a:b`.
  func label(_ term: [Int]) -> String {
    term.map { variables[$0].spelling }.joined(separator: ":")
  }
}

extension TermExpansion {
  private mutating func register(_ syntax: Syntax) throws(ExpressionError) {
    switch syntax.kind {
    case .binary(let operation, let a, let b):
      switch operation {
      case .plus, .minus, .times, .over, .interaction:
        try register(a)
        try register(b)
      case .power: try register(a)
      default: return
      }
    case .unary(let operation, let operand) where operation != .not: try register(operand)
    case .parenthesised(let inner): try register(inner)
    case .name, .call: if !isOffset(syntax) { _ = try variable(syntax) }
    default: return
    }
  }

  private func isOffset(_ syntax: Syntax) -> Bool {
    if case .call("offset", _) = syntax.kind { return true }
    return false
  }

  private mutating func variable(_ syntax: Syntax) throws(ExpressionError) -> Int {
    let spelling = syntax.spelling
    if let known = positions[spelling] { return known }
    var expression = syntax
    var isFactor = false
    if case .call(let name, let arguments) = syntax.kind {
      switch name {
      case "I", "factor":
        guard arguments.count == 1, let first = arguments.first, first.label == nil else {
          throw ExpressionError(
            .wrongArguments(function: name, usage: "\(name)(x)"), at: syntax.span)
        }
        expression = first.value
        isFactor = name == "factor"
      case "mm":
        throw ExpressionError(
          .rule("`mm()` names groups: it stands after a bar, as in `(1 | mm(g1:g2, w1:w2))`"),
          at: syntax.span)
      case "cbind": throw ExpressionError(.notAvailable("cbind()"), at: syntax.span)
      default:
        guard FunctionName(rawValue: name) != nil else {
          throw ExpressionError(
            .unknownName(
              name, kind: .function,
              known: FunctionName.allCases.map(\.rawValue) + ["I", "factor", "offset"]),
            at: syntax.head)
        }
      }
    }
    positions[spelling] = variables.count
    variables.append(
      Variable(
        spelling: spelling, expression: expression, isFactor: isFactor, span: syntax.span))
    return variables.count - 1
  }

  /// The terms that `syntax` stands for; notes the intercept, offsets and random terms by the way.
  private mutating func encode(
    _ syntax: Syntax, isSummand: Bool
  ) throws(ExpressionError) -> [[Int]] {
    switch syntax.kind {
    case .number(let value):
      guard value == 0 || value == 1 else { throw misplaced(syntax) }
      hasIntercept = (value == 1) != isRemoving
      return []
    case .name: return [[try variable(syntax)]]
    case .call:
      if isOffset(syntax) {
        try addOffset(syntax, isSummand: isSummand)
        return []
      }
      return [[try variable(syntax)]]
    case .parenthesised(let inner):
      if case .binary(.or, _, _) = inner.kind { return try random(inner, isSummand: isSummand) }
      if case .binary(.doubleBar, _, _) = inner.kind {
        return try random(inner, isSummand: isSummand)
      }
      return try encode(inner, isSummand: isSummand)
    case .unary(.plus, let operand): return try encode(operand, isSummand: isSummand)
    case .unary(.minus, let operand):
      _ = try removing { expansion throws(ExpressionError) in
        try expansion.encode(operand, isSummand: false)
      }
      return []
    case .binary(let operation, let a, let b):
      return try encode(operation, a, b, syntax, isSummand: isSummand)
    default: throw misplaced(syntax)
    }
  }

  private mutating func removing(
    _ body: (inout TermExpansion) throws(ExpressionError) -> [[Int]]
  ) throws(ExpressionError) -> [[Int]] {
    isRemoving.toggle()
    defer { isRemoving.toggle() }
    return try body(&self)
  }

  private func misplaced(_ syntax: Syntax) -> ExpressionError {
    switch syntax.kind {
    case .binary(.or, _, _), .binary(.doubleBar, _, _):
      ExpressionError(
        .rule("a random term stands in parentheses: `(\(syntax.spelling))`"), at: syntax.span)
    case .binary(.tilde, _, _):
      ExpressionError(.unexpected("`~`", expected: "one `~` in a formula"), at: syntax.head)
    default:
      ExpressionError(
        .unexpected(
          "`\(syntax.spelling)`", expected: "a term; arithmetic stands inside `I()` or a call"),
        at: syntax.span)
    }
  }

  private mutating func random(
    _ syntax: Syntax, isSummand: Bool
  ) throws(ExpressionError) -> [[Int]] {
    guard allowsRandom, isSummand else {
      throw ExpressionError(
        .rule("a random term is a summand of its own on the right-hand side"), at: syntax.span)
    }
    randomTerms.append(syntax)
    return []
  }

  private mutating func addOffset(
    _ syntax: Syntax, isSummand: Bool
  ) throws(ExpressionError) {
    guard case .call(_, let arguments) = syntax.kind, arguments.count == 1,
      let first = arguments.first, first.label == nil
    else {
      throw ExpressionError(
        .wrongArguments(function: "offset", usage: "offset(x)"), at: syntax.span)
    }
    guard allowsRandom, isSummand else {
      throw ExpressionError(
        .rule("an offset is a summand of its own on the right-hand side"), at: syntax.span)
    }
    offsets.append(first.value)
  }

  private mutating func encode(
    _ operation: Syntax.BinaryOperator, _ a: Syntax, _ b: Syntax, _ syntax: Syntax,
    isSummand: Bool
  ) throws(ExpressionError) -> [[Int]] {
    switch operation {
    case .plus, .minus: return try encodeSum(syntax, isSummand: isSummand)
    case .interaction:
      let left = try encode(a, isSummand: false)
      let right = try encode(b, isSummand: false)
      return try crossed(left, right, startingWith: [], syntax)
    case .times:
      let left = try encode(a, isSummand: false)
      let right = try encode(b, isSummand: false)
      return try crossed(left, right, startingWith: left + right, syntax)
    case .over:
      let left = try encode(a, isSummand: false)
      let right = try encode(b, isSummand: false)
      let all = Set(left.joined()).sorted()
      return try crossed([all], right, startingWith: left, syntax)
    case .power:
      guard case .number(let exponent) = b.bare.kind, let times = Int(exactly: exponent),
        (1...50).contains(times)
      else {
        throw ExpressionError(
          .unexpected("`\(b.spelling)`", expected: "a whole exponent above 0"), at: b.span)
      }
      let base = try encode(a, isSummand: false)
      var result = try crossed(base, [], startingWith: base, syntax)
      for _ in 1..<times {
        let next = try crossed(result, base, startingWith: [], syntax)
        if next.count == result.count { return next }
        result = next
      }
      return result
    default: throw misplaced(syntax)
    }
  }

  /// A chain of summands, taken from the left without descending into it.
  private mutating func encodeSum(
    _ syntax: Syntax, isSummand: Bool
  ) throws(ExpressionError) -> [[Int]] {
    var summands: [(isRemoved: Bool, syntax: Syntax)] = []
    var rest = syntax
    chain: while case .binary(let operation, let a, let b) = rest.kind {
      switch operation {
      case .plus: summands.append((false, b))
      case .minus: summands.append((true, b))
      default: break chain
      }
      rest = a
    }
    summands.append((false, rest))
    var terms: [[Int]] = []
    var known: Set<[Int]> = []
    for (isRemoved, summand) in summands.reversed() {
      if isRemoved {
        let gone = Set(
          try removing { expansion throws(ExpressionError) in
            try expansion.encode(summand, isSummand: false)
          })
        terms.removeAll { gone.contains($0) }
        known.subtract(gone)
      } else {
        let added = try encode(summand, isSummand: isSummand)
        terms += added.filter { known.insert($0).inserted }
      }
    }
    return terms
  }

  /// `start`, and every union of a left and a right term, each term once.
  private func crossed(
    _ left: [[Int]], _ right: [[Int]], startingWith start: [[Int]], _ syntax: Syntax
  ) throws(ExpressionError) -> [[Int]] {
    var known: Set<[Int]> = []
    var result = start.filter { known.insert($0).inserted }
    for a in left {
      for b in right {
        let union = Set(a).union(b).sorted()
        if known.insert(union).inserted { result.append(union) }
        guard result.count <= Self.termLimit else {
          throw ExpressionError(
            .tooMany("terms", count: result.count, limit: Self.termLimit), at: syntax.span)
        }
      }
    }
    return result
  }
}

extension TermExpansion {
  /// How the factors of a term are coded.
  enum Coding: Sendable, Hashable {
    /// One column fewer than levels.
    case contrasts
    /// A column for each level.
    case indicators
  }

  /// The coding of each variable in each term, should it be a factor.
  ///
  /// A factor is coded by contrasts where the rest of its term lies within an earlier term, and by
  /// indicators where it does not; without an intercept the first factor of all is coded by indicators
  /// (R's `terms.formula` and `model.matrix`).
  func codings(isFactor: [Bool]) -> [[Coding]] {
    let sets = terms.map { Set($0) }
    var result = terms.enumerated().map { position, term in
      term.map { variable -> Coding in
        let rest = term.filter { $0 != variable }
        if rest.isEmpty { return .contrasts }
        return sets[..<position].contains { $0.isSuperset(of: rest) } ? .contrasts : .indicators
      }
    }
    if !hasIntercept {
      search: for (position, term) in terms.enumerated() {
        for (place, variable) in term.enumerated() where isFactor[variable] {
          result[position][place] = .indicators
          break search
        }
      }
    }
    return result
  }
}
