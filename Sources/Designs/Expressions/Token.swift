/// A word of the expression language.
struct Token: Sendable {
  enum Kind: Sendable, Hashable {
    case number(Double)
    /// Days since 1970-01-01.
    case date(Int)
    case text(String)
    /// A column, function or table; `schools.fsm` is one name. Never a keyword.
    case name(String)
    case symbol(String)
    case keyword(Keyword)
    case end
  }

  enum Keyword: String, Sendable, CaseIterable {
    case and, or, not, `in`, `if`, then, `else`, `true`, `false`
  }

  let kind: Kind
  let span: TextSpan
  /// As it stands in the text.
  let spelling: String

  /// For messages.
  var described: String { kind == .end ? "the end" : "`\(spelling)`" }
}

/// Cuts a text into tokens.
struct Tokenizer {
  private let characters: [Character]
  private var position = 0

  static let symbols = [
    "==", "!=", "<=", ">=", "||", "+", "-", "*", "/", "^", "(", ")", "[", "]", ",", "=", "<", ">",
    "&", "|", "!", "~", ":", "@",
  ]

  private init(_ source: String) { characters = Array(source) }

  /// All tokens of `source`, the last of which is `.end`.
  static func tokens(of source: String) throws(ExpressionError) -> [Token] {
    var tokenizer = Tokenizer(source)
    var tokens: [Token] = []
    while true {
      let token = try tokenizer.next()
      tokens.append(token)
      if token.kind == .end { return tokens }
    }
  }

  private mutating func next() throws(ExpressionError) -> Token {
    while let character = peek(), character.isWhitespace { position += 1 }
    let start = position
    guard let character = peek() else { return token(.end, from: start) }
    if character.isASCIIDigit || (character == "." && peek(1)?.isASCIIDigit == true) {
      return try number()
    }
    if character == "\"" || character == "'" {
      let text = try quoted(by: character)
      return token(.text(text), from: start)
    }
    if character.startsName || character == "`" { return try name() }
    for symbol in Self.symbols where matches(symbol) {
      position += symbol.count
      return token(.symbol(symbol), from: start)
    }
    throw ExpressionError(
      .unexpected("`\(character)`", expected: "a name, a number, a text or an operator"),
      offset: start, length: 1)
  }

  private func peek(_ ahead: Int = 0) -> Character? {
    position + ahead < characters.count ? characters[position + ahead] : nil
  }

  private func matches(_ symbol: String) -> Bool {
    symbol.enumerated().allSatisfy { peek($0.offset) == $0.element }
  }

  private func token(_ kind: Token.Kind, from start: Int) -> Token {
    Token(
      kind: kind, span: TextSpan(offset: start, length: position - start),
      spelling: String(characters[start..<position]))
  }

  private mutating func skipDigits() {
    while let character = peek(), character.isASCIIDigit { position += 1 }
  }

  private mutating func number() throws(ExpressionError) -> Token {
    let start = position
    if let date = try date() { return token(.date(date), from: start) }
    skipDigits()
    if peek() == ".", peek(1)?.isASCIIDigit == true || peek(1)?.startsName != true {
      position += 1
      skipDigits()
    }
    if peek() == "e" || peek() == "E" {
      let signed = peek(1) == "-" || peek(1) == "+"
      if peek(signed ? 2 : 1)?.isASCIIDigit == true {
        position += signed ? 2 : 1
        skipDigits()
      }
    }
    let text = String(characters[start..<position])
    guard let value = Double(text.hasSuffix(".") ? text + "0" : text), value.isFinite,
      peek()?.startsName != true
    else {
      throw ExpressionError(
        .unexpected("`\(text)\(peek().map(String.init) ?? "")`", expected: "a number"),
        offset: start, length: position - start)
    }
    return token(.number(value), from: start)
  }

  /// `2017-09-01`, where one stands here.
  private mutating func date() throws(ExpressionError) -> Int? {
    let pattern: [Bool] = [true, true, true, true, false, true, true, false, true, true]
    for (ahead, isDigit) in pattern.enumerated() {
      guard let character = peek(ahead), isDigit ? character.isASCIIDigit : character == "-"
      else { return nil }
    }
    if let after = peek(10), after.isASCIIDigit || after.startsName { return nil }
    let digits = characters[position..<position + 10].filter(\.isASCIIDigit).compactMap {
      $0.wholeNumberValue
    }
    func number(_ range: Range<Int>) -> Int { digits[range].reduce(0) { $0 * 10 + $1 } }
    let text = String(characters[position..<position + 10])
    guard
      let days = CalendarDate(year: number(0..<4), month: number(4..<6), day: number(6..<8))?
        .daysSince1970
    else { throw ExpressionError(.noSuchDate(text), offset: position, length: 10) }
    position += 10
    return days
  }

  /// The text up to the closing quote; a doubled quote stands for itself.
  private mutating func quoted(by quote: Character) throws(ExpressionError) -> String {
    let start = position
    position += 1
    var text = ""
    while let character = peek() {
      position += 1
      if character != quote {
        text.append(character)
      } else if peek() == quote {
        text.append(quote)
        position += 1
      } else {
        return text
      }
    }
    throw ExpressionError(
      .unclosed("the quote `\(quote)`"), offset: start, length: position - start)
  }

  private mutating func name() throws(ExpressionError) -> Token {
    let start = position
    var name = ""
    var isQuoted = false
    while true {
      if peek() == "`" {
        isQuoted = true
        name += try quoted(by: "`")
      } else {
        while let character = peek(), character.continuesName {
          name.append(character)
          position += 1
        }
      }
      guard peek() == ".", let following = peek(1), following.continuesName || following == "`"
      else { break }
      name.append(".")
      position += 1
    }
    if !isQuoted, let keyword = Token.Keyword(rawValue: name) {
      return token(.keyword(keyword), from: start)
    }
    guard !name.isEmpty else {
      throw ExpressionError(
        .unexpected("an empty name", expected: "a name"), offset: start, length: position - start)
    }
    return token(.name(name), from: start)
  }
}

extension Character {
  var isASCIIDigit: Bool { isASCII && isWholeNumber }
  var startsName: Bool { isLetter || self == "_" }
  var continuesName: Bool { isLetter || isWholeNumber || self == "_" }
}

extension String {
  /// The name as an expression writes it: in backquotes where it has unusual characters.
  var spelledAsName: String {
    let isPlain =
      first?.startsName == true && allSatisfy { $0.continuesName || $0 == "." }
      && Token.Keyword(rawValue: self) == nil && !hasSuffix(".")
    return isPlain ? self : "`\(self)`"
  }
}
