/// One random term as written, with its slashes and double bars written out: `(x || la/school)` is
/// `(1 | school:la)`, `(0 + x | school:la)`, `(1 | la)` and `(0 + x | la)`.
struct RandomSyntax: Sendable {
  /// The effects that vary.
  let effects: TermExpansion
  /// The columns whose combinations are the groups.
  let group: [Syntax]
  let name: String
  let span: TextSpan

  /// - Parameter syntax: `effects | group` or `effects || group`.
  static func all(in syntax: Syntax) throws(ExpressionError) -> [RandomSyntax] {
    guard case .binary(let bar, let left, let right) = syntax.kind else { return [] }
    let whole = try TermExpansion(left, allowsRandom: false)
    guard !whole.terms.isEmpty || whole.hasIntercept else {
      throw ExpressionError(.rule("a random term needs an effect: `(1 | group)`"), at: left.span)
    }
    let groups = try expand(group: right)
    let effects = bar == .doubleBar ? separated(whole) : [whole]
    return effects.flatMap { effect in
      groups.map {
        RandomSyntax(effects: effect, group: $0.parts, name: $0.name, span: syntax.span)
      }
    }
  }

  /// The intercept and each term by itself, which is what makes them independent.
  private static func separated(_ whole: TermExpansion) -> [TermExpansion] {
    (whole.hasIntercept ? [whole.keeping([], intercept: true)] : [])
      + whole.terms.map { whole.keeping([$0], intercept: false) }
  }

  private typealias Group = (parts: [Syntax], name: String)

  private static func expand(group syntax: Syntax) throws(ExpressionError) -> [Group] {
    switch syntax.kind {
    case .name: return [([syntax], syntax.spelling)]
    case .parenthesised(let inner): return try expand(group: inner)
    case .call("mm", _): return [([syntax], syntax.spelling)]
    case .call("factor", let arguments):
      guard arguments.count == 1, let inner = arguments.first?.value, case .name = inner.kind
      else { throw unusable(syntax) }
      return [([inner], syntax.spelling)]
    case .binary(.interaction, let a, let b):
      let (left, right) = (try expand(group: a), try expand(group: b))
      guard left.count == 1, right.count == 1, !holdsMemberships(left + right) else {
        throw unusable(syntax)
      }
      return [(left[0].parts + right[0].parts, "\(left[0].name):\(right[0].name)")]
    case .binary(.over, let a, let b):
      let (outer, inner) = (try expand(group: a), try expand(group: b))
      guard inner.count == 1, !holdsMemberships(inner + outer) else { throw unusable(syntax) }
      // R writes the groups within groups within groups as `c:(b:a)`.
      let outerName = outer[0].parts.count > 1 ? "(\(outer[0].name))" : outer[0].name
      return [(inner[0].parts + outer[0].parts, "\(inner[0].name):\(outerName)")] + outer
    default: throw unusable(syntax)
    }
  }

  /// Groups of several memberships do not combine with others.
  private static func holdsMemberships(_ groups: [Group]) -> Bool {
    groups.contains { $0.parts.contains { $0.isMemberships } }
  }

  private static func unusable(_ syntax: Syntax) -> ExpressionError {
    ExpressionError(
      .unexpected(
        "`\(syntax.spelling)`", expected: "a grouping column, `a:b` or `a/b` after the bar"),
      at: syntax.span)
  }
}
