internal import Tables

/// The variables of a formula in one piece of a streamed table, before levels are known over all of it.
struct ChunkVariables {
  let selection: RowSelection
  let variables: [String: FrameVariable]
  let groups: [String: GroupColumns]
  let weights: Vector?
  let offset: (name: String, vector: Vector)?
  /// Rows lost in this piece, by reason.
  let lost: [LostRows]
  let complaints: [Evaluator.Complaint]
  /// Every reason for which a row can be lost, in order.
  let reasons: [String]
}

extension Formula {
  /// Refuses what needs all rows of a table at once.
  func checkStreamable(_ table: String) throws(ExpressionError) {
    try Self.check(syntax, table)
  }

  private static func check(_ syntax: Syntax, _ table: String) throws(ExpressionError) {
    switch syntax.kind {
    case .number, .date, .text, .logical, .name: return
    case .parenthesised(let inner), .unary(_, let inner), .at(let inner, _):
      try check(inner, table)
    case .binary(_, let a, let b):
      try check(a, table)
      try check(b, table)
    case .isIn(let value, let list, _):
      for part in [value] + list { try check(part, table) }
    case .conditional(let condition, let a, let b):
      for part in [condition, a, b] { try check(part, table) }
    case .call(let name, let arguments):
      if GroupMeanPart.Kind(rawValue: name) != nil {
        throw ExpressionError(
          .rule(
            "`\(name)()` needs the rows of `\(table)` twice, and they are streamed: add the group "
              + "means to the file, or to the table of the groups, or drop `stream: true`"),
          at: syntax.head)
      }
      for argument in arguments { try check(argument.value, table) }
    }
  }
}
