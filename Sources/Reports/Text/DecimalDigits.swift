/// The shortest decimal digits that give a number back, and their rounding: d₁.d₂d₃… × 10^`exponent`.
///
/// Rounding starts from these digits and not from the binary value, half away from zero, so that a reader
/// who rounds a number of `tables/` by hand gets the number of the report (1.005 is 1.01). It depends on no
/// locale and on no C library.
package struct DecimalDigits: Sendable, Hashable {
  package private(set) var digits: [UInt8]
  package private(set) var exponent: Int

  /// The digits of |`value`|; zero for a value that is not finite.
  package init(_ value: Double) {
    var mantissa: [UInt8] = []
    var pointAt: Int?
    var power = 0
    let text = value.isFinite ? value.magnitude.description : "0"
    let parts = text.split(separator: "e", maxSplits: 1)
    for byte in parts.first.map({ Array($0.utf8) }) ?? [] {
      if byte == UInt8(ascii: ".") {
        pointAt = mantissa.count
      } else {
        mantissa.append(byte - UInt8(ascii: "0"))
      }
    }
    if parts.count == 2 { power = Int(parts[1]) ?? 0 }
    let leading = mantissa.prefix { $0 == 0 }.count
    let integerDigits = pointAt ?? mantissa.count
    mantissa.removeFirst(leading)
    while mantissa.last == 0 { mantissa.removeLast() }
    if mantissa.isEmpty {
      self.digits = [0]
      self.exponent = 0
    } else {
      self.digits = mantissa
      self.exponent = power + integerDigits - 1 - leading
    }
  }

  package var isZero: Bool { digits == [0] }

  /// Keeps the first `count` digits; a count of 0 keeps one of the next power up, or none.
  package func rounded(toSignificant count: Int) -> DecimalDigits {
    var copy = self
    guard count < digits.count else { return copy }
    let roundsUp = count >= 0 && digits[max(count, 0)] >= 5
    copy.digits = Array(digits.prefix(max(count, 0)))
    if roundsUp {
      var position = copy.digits.count - 1
      while position >= 0, copy.digits[position] == 9 { position -= 1 }
      if position >= 0 {
        copy.digits[position] += 1
        copy.digits.removeSubrange((position + 1)...)
      } else {
        copy.digits = [1]
        copy.exponent += 1
      }
    }
    while copy.digits.last == 0 { copy.digits.removeLast() }
    if copy.digits.isEmpty {
      copy.digits = [0]
      copy.exponent = 0
    }
    return copy
  }

  /// Keeps `count` digits after the decimal point.
  package func rounded(toDecimals count: Int) -> DecimalDigits {
    isZero ? self : rounded(toSignificant: exponent + 1 + count)
  }

  /// The digit that counts 10^`power`.
  private func digit(at power: Int) -> UInt8 {
    let index = exponent - power
    return digits.indices.contains(index) ? digits[index] : 0
  }

  /// Plain notation with `decimals` digits after the point and the thousands set apart by `separator`.
  package func plain(decimals: Int, separator: String) -> String {
    var text = ""
    for power in stride(from: max(exponent, 0), through: 0, by: -1) {
      text += String(digit(at: power))
      if power > 0, power % 3 == 0 { text += separator }
    }
    guard decimals > 0 else { return text }
    text += "."
    for power in 1...decimals { text += String(digit(at: -power)) }
    return text
  }

  /// Powers of ten, as in 1.50 × 10⁻⁷, with `significant` digits.
  package func scientific(significant: Int) -> String {
    var text = String(digits[0])
    if significant > 1 {
      text += "."
      for index in 1..<significant { text += index < digits.count ? String(digits[index]) : "0" }
    }
    return text + "×10" + Self.superscript(exponent)
  }

  private static func superscript(_ number: Int) -> String {
    let raised = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    let digits = String(number.magnitude).utf8.map { raised[Int($0 - UInt8(ascii: "0"))] }
    return (number < 0 ? "⁻" : "") + String(digits)
  }
}
