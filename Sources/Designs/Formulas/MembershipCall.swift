/// How multiple membership is written, before its names mean anything.
///
/// `mm(g1:g3, w1:w3)` takes groups and weights from columns, `mm(g1:g3)` gives the groups of a row equal
/// weights; `mm(membership, weight = share)` and `mm(membership, from = 2016-09-01, to = 2017-09-01)` take
/// them from a table of episodes. `normalise = true` makes the weights of each row sum to one.
struct MembershipCall: Sendable {
  enum Source: Sendable {
    /// Columns of the model's own rows; weights are equal where none are named.
    case columns(groups: [String], weights: [String]?)
    case episodes(String, weights: EpisodeWeights, condition: Syntax?)
  }

  enum EpisodeWeights: Sendable {
    case equal
    /// A column of the episodes.
    case column(Syntax)
    /// The share of a period, from its first day up to the day before its last, that an episode covers.
    case period(from: Syntax, to: Syntax)
  }

  static let usage =
    "mm(g1:g3, w1:w3), mm(EPISODES, weight = COLUMN) or mm(EPISODES, from = DATE, to = DATE)"

  let source: Source
  let normalises: Bool
  let span: TextSpan

  /// - Parameter syntax: a call of `mm`.
  init(_ syntax: Syntax) throws(ExpressionError) {
    span = syntax.span
    let wrong = ExpressionError(
      .wrongArguments(function: "mm", usage: Self.usage), at: syntax.span)
    guard case .call("mm", let arguments) = syntax.kind else { throw wrong }
    let known = ["normalise", "weight", "from", "to", "where"]
    var named: [String: Syntax] = [:]
    for argument in arguments {
      guard let label = argument.label else { continue }
      guard known.contains(label), named[label] == nil else {
        throw ExpressionError(
          .unknownName(label, kind: .argument, known: known), at: argument.labelSpan ?? syntax.span)
      }
      named[label] = argument.value
    }
    switch named["normalise"]?.bare.kind {
    case nil: normalises = false
    case .logical(let value): normalises = value
    default: throw wrong
    }
    let positional = arguments.filter { $0.label == nil }.map(\.value)
    guard let first = positional.first, positional.count <= 2 else { throw wrong }
    if Self.namesColumns(arguments) {
      guard named.keys.allSatisfy({ $0 == "normalise" }) else { throw wrong }
      let groups = try Self.columns(first)
      let weights = positional.count == 2 ? try Self.columns(positional[1]) : nil
      guard weights.map({ $0.count == groups.count }) ?? true else {
        throw ExpressionError(
          .rule(
            "\(groups.count) columns of groups need as many of weights, found \(weights?.count ?? 0)"
          ),
          at: syntax.span)
      }
      source = .columns(groups: groups, weights: weights)
      return
    }
    guard case .name(let episodes) = first.bare.kind else { throw wrong }
    let weights: EpisodeWeights
    switch (named["weight"], named["from"], named["to"]) {
    case (nil, nil, nil): weights = .equal
    case (let column?, nil, nil): weights = .column(column)
    case (nil, let from?, let to?): weights = .period(from: from, to: to)
    default: throw wrong
    }
    source = .episodes(episodes, weights: weights, condition: named["where"])
  }

  /// Whether the groups are columns: where weights follow them, or where they are a range.
  private static func namesColumns(_ arguments: [Syntax.Argument]) -> Bool {
    let positional = arguments.filter { $0.label == nil }.map(\.value)
    if positional.count == 2 { return true }
    if case .binary(.interaction, _, _)? = positional.first?.bare.kind { return true }
    return false
  }

  /// The columns of `school1:school3`, counted by the numbers at their ends, or of one name.
  private static func columns(_ syntax: Syntax) throws(ExpressionError) -> [String] {
    if case .name(let name) = syntax.bare.kind { return [name] }
    guard case .binary(.interaction, let a, let b) = syntax.bare.kind,
      case .name(let first) = a.bare.kind, case .name(let last) = b.bare.kind,
      let (stem, low, width) = numbered(first), let (other, high, _) = numbered(last),
      stem == other, low <= high, high - low < 1000
    else {
      throw ExpressionError(
        .unexpected(
          "`\(syntax.spelling)`",
          expected: "a column or a range of numbered columns such as `school1:school3`"),
        at: syntax.span)
    }
    return (low...high).map { number in
      let digits = "\(number)"
      return stem + String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
  }

  /// `school07` as its stem, 7, and the least number of digits, 2.
  private static func numbered(_ name: String) -> (stem: String, number: Int, width: Int)? {
    let digits = name.reversed().prefix { $0.isASCII && $0.isNumber }
    guard !digits.isEmpty, let number = Int(String(digits.reversed())) else { return nil }
    let isPadded = digits.last == "0" && digits.count > 1
    return (String(name.dropLast(digits.count)), number, isPadded ? digits.count : 1)
  }

  /// The names that a call uses; none where it is not written as it should be.
  static func names(in arguments: [Syntax.Argument], of table: String?) -> [NameUse] {
    var uses: [NameUse] = []
    if namesColumns(arguments) {
      for argument in arguments where argument.label == nil {
        for name in (try? columns(argument.value)) ?? [] {
          uses.append(NameUse(name, in: table, at: argument.value.span))
        }
      }
      return uses
    }
    var episodes: String?
    for argument in arguments {
      switch (argument.label, argument.value.bare.kind) {
      case (nil, .name(let name)):
        uses.append(NameUse(name, in: table, isEpisodes: true, at: argument.value.span))
        episodes = name
      case ("weight", _), ("where", _):
        uses += NameUse.all(in: argument.value, of: episodes ?? table)
      case ("from", _), ("to", _): uses += NameUse.all(in: argument.value, of: table)
      default: break
      }
    }
    return uses
  }
}

extension Syntax {
  /// Whether it is a call of `mm`.
  var isMemberships: Bool {
    if case .call("mm", _) = kind { true } else { false }
  }
}
