/// A column or a table of episodes that an expression names, and where.
public struct NameUse: Sendable, Hashable {
  /// `fsm`, or `schools.fsm` with its table.
  public let name: String
  /// The table of episodes in whose rows the name is looked up, for names in the condition of `member`;
  /// `nil` for names of the table that the expression is evaluated in.
  public let table: String?
  /// Whether it names a table of episodes and not a column.
  public let isEpisodes: Bool
  /// Characters before it in the text.
  public let offset: Int
  /// Characters of it.
  public let length: Int

  init(_ name: String, in table: String?, isEpisodes: Bool = false, at span: TextSpan) {
    self.name = name
    self.table = table
    self.isEpisodes = isEpisodes
    offset = span.offset
    length = span.length
  }

  /// Every use in `syntax`, in the order of the text.
  static func all(in syntax: Syntax, of table: String? = nil) -> [NameUse] {
    var uses: [NameUse] = []
    collect(syntax, in: table, into: &uses)
    return uses.sorted { $0.offset < $1.offset }
  }

  private static func collect(_ syntax: Syntax, in table: String?, into uses: inout [NameUse]) {
    switch syntax.kind {
    case .number, .date, .text, .logical: break
    case .name(let name): uses.append(NameUse(name, in: table, at: syntax.span))
    case .parenthesised(let inner), .unary(_, let inner), .at(let inner, _):
      collect(inner, in: table, into: &uses)
    case .binary(_, let a, let b):
      collect(a, in: table, into: &uses)
      collect(b, in: table, into: &uses)
    case .isIn(let value, let list, _):
      for part in [value] + list { collect(part, in: table, into: &uses) }
    case .conditional(let condition, let a, let b):
      for part in [condition, a, b] { collect(part, in: table, into: &uses) }
    case .call(let name, let arguments):
      collect(call: name, arguments, in: table, into: &uses)
    }
  }

  private static func collect(
    call name: String, _ arguments: [Syntax.Argument], in table: String?,
    into uses: inout [NameUse]
  ) {
    if name == "mm" {
      uses += MembershipCall.names(in: arguments, of: table)
      return
    }
    let isMembership =
      switch FunctionName(rawValue: name) {
      case .member, .yearsSinceJoining, .groupSize: true
      default: false
      }
    guard isMembership, let first = arguments.first?.value.bare,
      case .name(let episodes) = first.kind
    else {
      for argument in arguments { collect(argument.value, in: table, into: &uses) }
      return
    }
    uses.append(NameUse(episodes, in: table, isEpisodes: true, at: first.span))
    for argument in arguments.dropFirst() {
      collect(argument.value, in: argument.label == nil ? episodes : table, into: &uses)
    }
  }
}
