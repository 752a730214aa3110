/// The year that `x @ base`, `x @ (base - 1)` or `x @ 2014` looks at.
public enum YearReference: Sendable, Hashable, CustomStringConvertible {
  /// The unit's base year, and years after it.
  case base(offset: Int)
  case year(Int)

  public var description: String {
    switch self {
    case .base(0): "base"
    case .base(let offset): offset < 0 ? "(base - \(-offset))" : "(base + \(offset))"
    case .year(let year): "\(year)"
    }
  }
}

/// A value of a dated column: the column or expression, and the year it is taken from.
public struct DatedReference: Sendable, Hashable {
  /// `prior @ (base - 1)`, spaced as coefficients are named.
  public let spelling: String
  public let year: YearReference
}

extension Expression {
  /// Every `x @ year` of the expression, in the order of the text.
  public var datedReferences: [DatedReference] {
    var found: [DatedReference] = []
    func look(_ syntax: Syntax) {
      if case .at(_, let year) = syntax.kind {
        found.append(DatedReference(spelling: syntax.spelling, year: year))
        return
      }
      for part in syntax.parts { look(part) }
    }
    look(syntax)
    return found
  }

  /// The columns by which its functions take rows together: `urn` of `mean(prior, by = urn)`.
  public var groupings: [String] {
    var found: [String] = []
    func look(_ syntax: Syntax) {
      if case .call(_, let arguments) = syntax.kind {
        for argument in arguments where argument.label == "by" {
          if case .name(let name) = argument.value.bare.kind { found.append(name) }
        }
      }
      for part in syntax.parts { look(part) }
    }
    look(syntax)
    return found
  }

  /// The columns of other tables over all of whose rows an aggregate runs, for want of `by`: `pupils.score` of
  /// `mean(pupils.score)`. What looks at a year is of the row's own unit.
  public var ungrouped: [String] {
    var found: [String] = []
    func look(_ syntax: Syntax) {
      if case .at = syntax.kind { return }
      if case .call(let name, let arguments) = syntax.kind, Aggregate(rawValue: name) != nil,
        !arguments.contains(where: { $0.label == "by" })
      {
        found += arguments.flatMap { NameUse.all(in: $0.value) }.map(\.name).filter {
          $0.contains(".") && !$0.contains("@")
        }
      }
      for part in syntax.parts { look(part) }
    }
    look(syntax)
    return found
  }

  /// Where the expression is a bare `member(episodes, condition)`: the table of episodes and the condition.
  public var membership: (episodes: String, condition: String?)? {
    guard case .call("member", let arguments) = syntax.bare.kind,
      arguments.allSatisfy({ $0.label == nil }), (1...2).contains(arguments.count),
      case .name(let episodes) = arguments[0].value.bare.kind
    else { return nil }
    return (episodes, arguments.count > 1 ? arguments[1].value.spelling : nil)
  }
}

extension Syntax {
  /// The expressions that this one is made of.
  var parts: [Syntax] {
    switch kind {
    case .number, .date, .text, .logical, .name: []
    case .parenthesised(let inner), .unary(_, let inner), .at(let inner, _): [inner]
    case .binary(_, let a, let b): [a, b]
    case .isIn(let value, let list, _): [value] + list
    case .conditional(let condition, let a, let b): [condition, a, b]
    case .call(_, let arguments): arguments.map(\.value)
    }
  }
}
