internal import Tables

/// A model formula as the field writes it: `y ~ a * b + I(x^2) + (1 + x | school)`.
///
/// Operators have R's formula meaning; arithmetic stands inside a call or `I()`. A formula without random
/// terms is an ordinary regression. The guide Formulas describes it.
public struct Formula: Sendable, CustomStringConvertible {
  /// As written.
  public let source: String
  let syntax: Syntax
  let responseSyntax: Syntax
  /// The second part of `cbind(successes, failures)`, whose first is the response.
  let failuresSyntax: Syntax?
  let fixed: TermExpansion
  let random: [RandomSyntax]

  /// - Throws: ``ExpressionError`` at the first part that does not fit.
  public init(parsing source: String) throws(ExpressionError) {
    self.source = source
    syntax = try SyntaxParser.parse(source, as: .formula)
    guard case .binary(.tilde, let left, let right) = syntax.kind else {
      throw ExpressionError(
        .unexpected("no `~`", expected: "a formula such as `outcome ~ x + (1 | school)`"),
        at: syntax.span)
    }
    if case .call("cbind", let parts) = left.kind {
      guard parts.count == 2, parts.allSatisfy({ $0.label == nil }) else {
        throw ExpressionError(
          .wrongArguments(function: "cbind", usage: "cbind(successes, failures)"), at: left.span)
      }
      failuresSyntax = parts[1].value
      responseSyntax = parts[0].value
    } else {
      failuresSyntax = nil
      responseSyntax = left
    }
    fixed = try TermExpansion(right, allowsRandom: true)
    var random: [RandomSyntax] = []
    for term in fixed.randomTerms { random += try RandomSyntax.all(in: term) }
    self.random = random
    for response in [responseSyntax, failuresSyntax].compactMap({ $0?.spelling }) {
      if let twice = fixed.variables.first(where: { $0.spelling == response }) {
        throw ExpressionError(
          .rule("the response `\(response)` stands on both sides"), at: twice.span)
      }
    }
  }

  public var description: String { source }

  /// Every column that it names, in the order of the text.
  public var names: [NameUse] { NameUse.all(in: syntax) }

  /// The response as the frame names it: `y`, `log(y)`; the successes of `cbind(successes, failures)`.
  public var response: String { responseSyntax.spelling }

  public var hasIntercept: Bool { fixed.hasIntercept }

  /// The terms of the fixed part in R's order, without the intercept: `a`, `b`, `a:b`.
  public var termLabels: [String] { fixed.terms.map(fixed.label) }

  /// The grouping factors in the order written: `school:la`, `la`; empty for an ordinary regression.
  public var groupNames: [String] {
    var seen: Set<String> = []
    return random.map(\.name).filter { seen.insert($0).inserted }
  }

  /// The data of the model: its columns, groups and rows.
  ///
  /// - Parameters:
  ///   - table: the table whose rows are the model's.
  ///   - options: contrasts, weights, and rows chosen beforehand.
  /// - Throws: ``ExpressionError`` for unknown names, types that do not fit, infinite values, weights that
  ///   are not above zero, and where no row is left.
  /// - Complexity: O(rows · columns²), with no matrix of rows × columns.
  public func frame(
    in data: DataSet, table: String, options: FrameOptions = FrameOptions()
  ) throws(ExpressionError) -> ModelFrame {
    guard data[table: table] != nil else {
      throw ExpressionError(
        .unknownName(table, kind: .table, known: data.tableNames), at: syntax.span)
    }
    var builder = try FrameBuilder(self, data, table, options)
    return try builder.build()
  }
}

extension Formula: Hashable {
  public static func == (a: Formula, b: Formula) -> Bool { a.source == b.source }

  public func hash(into hasher: inout Hasher) { hasher.combine(source) }
}
