/// A sum of weighted names and a number.
struct LinearForm {
  var terms: [LinearHypothesis.Term] = []
  var constant = 0.0

  func scaled(by factor: Double) -> LinearForm {
    LinearForm(
      terms: terms.map {
        LinearHypothesis.Term(name: $0.name, offset: $0.offset, weight: factor * $0.weight)
      }, constant: factor * constant)
  }

  static func + (a: LinearForm, b: LinearForm) -> LinearForm {
    LinearForm(terms: a.terms + b.terms, constant: a.constant + b.constant)
  }
}

/// Reads equations by recursive descent: sums of products of names, numbers and brackets.
struct HypothesisParser {
  private let text: [Character]
  private var position = 0
  private var depth = 0

  init(_ source: String) { text = Array(source) }

  mutating func equation() throws(HypothesisError) -> LinearForm {
    var result = try sum()
    if take("=") {
      _ = take("=")
      result = result + (try sum()).scaled(by: -1)
    }
    skipSpaces()
    guard position == text.count else { throw unexpected("`=`, an operator or the end") }
    return result
  }

  private mutating func sum() throws(HypothesisError) -> LinearForm {
    var result = try product()
    while true {
      if take("+") {
        result = result + (try product())
      } else if take("-") {
        result = result + (try product()).scaled(by: -1)
      } else {
        return result
      }
    }
  }

  private mutating func product() throws(HypothesisError) -> LinearForm {
    var result = try factor()
    while true {
      skipSpaces()
      let place = position
      if take("*") {
        let other = try factor()
        if other.terms.isEmpty {
          result = result.scaled(by: other.constant)
        } else if result.terms.isEmpty {
          result = other.scaled(by: result.constant)
        } else {
          throw HypothesisError(.notLinear, offset: place)
        }
      } else if take("/") {
        let other = try factor()
        guard other.terms.isEmpty else { throw HypothesisError(.notLinear, offset: place) }
        guard other.constant != 0 else {
          throw HypothesisError(.unexpected("0", expected: "a divisor other than 0"), offset: place)
        }
        result = result.scaled(by: 1 / other.constant)
      } else {
        return result
      }
    }
  }

  private mutating func factor() throws(HypothesisError) -> LinearForm {
    depth += 1
    defer { depth -= 1 }
    guard depth < 50 else { throw unexpected("fewer brackets") }
    if take("-") { return try factor().scaled(by: -1) }
    if take("+") { return try factor() }
    skipSpaces()
    guard position < text.count else { throw unexpected("a coefficient or a number") }
    if let number = number() { return LinearForm(constant: number) }
    let start = position
    if let name = try name() {
      return LinearForm(terms: [LinearHypothesis.Term(name: name, offset: start, weight: 1)])
    }
    guard take("(") else { throw unexpected("a coefficient or a number") }
    let inner = try sum()
    guard take(")") else { throw unexpected("a closing bracket") }
    return inner
  }

  private mutating func number() -> Double? {
    var end = position
    func isDigit(_ place: Int) -> Bool {
      place < text.count && text[place].isASCII && text[place].isNumber
    }
    while isDigit(end) { end += 1 }
    if end < text.count, text[end] == "." {
      end += 1
      while isDigit(end) { end += 1 }
    }
    if end < text.count, text[end] == "e" || text[end] == "E", end > position {
      let sign = end + 1 < text.count && (text[end + 1] == "-" || text[end + 1] == "+") ? 1 : 0
      if isDigit(end + 1 + sign) {
        end += 1 + sign
        while isDigit(end) { end += 1 }
      }
    }
    guard let value = Double(String(text[position..<end])) else { return nil }
    position = end
    return value
  }

  /// `a`, `a:b`, `(Intercept)`, `I(x^2)`, `factor(year)2019`, or anything between backquotes; interactions join
  /// any of these by `:`.
  private mutating func name() throws(HypothesisError) -> String? {
    let intercept = Array("(Intercept)")
    if text[position...].starts(with: intercept) {
      position += intercept.count
      return "(Intercept)"
    }
    guard var name = try part() else { return nil }
    while position < text.count, text[position] == ":" {
      position += 1
      guard let next = try part() else { throw unexpected("a column after `:`") }
      name += ":" + next
    }
    return name
  }

  private mutating func part() throws(HypothesisError) -> String? {
    guard position < text.count else { return nil }
    if text[position] == "`" {
      guard let end = text[(position + 1)...].firstIndex(of: "`") else {
        throw unexpected("a closing backquote")
      }
      defer { position = end + 1 }
      return String(text[(position + 1)..<end])
    }
    guard text[position].isLetter || text[position] == "." || text[position] == "_" else {
      return nil
    }
    let start = position
    while position < text.count {
      let character = text[position]
      if character.isLetter || character.isNumber || character == "." || character == "_" {
        position += 1
      } else if character == "(" {
        var open = 0
        let place = position
        repeat {
          if text[position] == "(" { open += 1 }
          if text[position] == ")" { open -= 1 }
          position += 1
        } while open > 0 && position < text.count
        guard open == 0 else {
          position = place
          throw unexpected("a closing bracket")
        }
      } else {
        break
      }
    }
    return String(text[start..<position])
  }

  private mutating func skipSpaces() {
    while position < text.count, text[position].isWhitespace { position += 1 }
  }

  private mutating func take(_ character: Character) -> Bool {
    skipSpaces()
    guard position < text.count, text[position] == character else { return false }
    position += 1
    return true
  }

  private func unexpected(_ expected: String) -> HypothesisError {
    HypothesisError(
      .unexpected(
        position < text.count ? "`\(text[position])`" : "the end of the text", expected: expected),
      offset: position)
  }
}
