/// How the numbers of a column were written, gathered over its cells.
struct NumberForms: OptionSet {
  let rawValue: UInt8
  /// A decimal point or an exponent.
  static let fraction = NumberForms(rawValue: 1)
  /// A percent sign behind.
  static let percent = NumberForms(rawValue: 2)
  /// A whole number beyond 2⁵³, which a Double does not hold exactly.
  static let large = NumberForms(rawValue: 4)
  /// A whole number with leading zeros, which a Double does not keep.
  static let padded = NumberForms(rawValue: 8)
}

/// Decimal text to the nearest Double.
///
/// At most 19 digits fit a 64-bit integer w, and the number is w · 10ᵉ. Where w < 2⁵³ and |e| ≤ 22 one
/// rounded operation on exact operands is right (Clinger 1990, doi:10.1145/93548.93557). Where |e| ≤ 27,
/// 5ᵉ fits 64 bits too: the quotient or product is formed exactly in 128 bits with the remainder as
/// sticky bit, and rounded once. Anything else goes to the standard library.
enum NumberText {
  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  private static let powersOfFive: [UInt64] = {
    var powers: [UInt64] = [1]
    for _ in 0..<27 { powers.append(powers[powers.count - 1] * 5) }
    return powers
  }()

  private static let exactLimit: UInt64 = 1 << 53

  /// The number that the bytes write, NaN where they write none or one beyond the range of Double.
  ///
  /// - Parameter forms: gets the form of the number added; unchanged where there is none.
  @inline(__always)
  static func parse(
    _ bytes: Span<UInt8>, _ start: Int, _ end: Int, forms: inout NumberForms
  ) -> Double {
    var at = start
    var isNegative = false
    if at < end && (bytes[at] == 0x2d || bytes[at] == 0x2b) {
      isNegative = bytes[at] == 0x2d
      at += 1
    }
    let first = at
    var mantissa: UInt64 = 0
    while at < end {
      let digit = UInt64(bytes[at] &- 0x30)
      if digit > 9 { break }
      mantissa = mantissa &* 10 &+ digit
      at += 1
    }
    let whole = at - first
    if at == end && whole > 0 && whole <= 15 {
      if whole > 1 && bytes[first] == 0x30 { forms.insert(.padded) }
      let value = Double(mantissa)
      return isNegative ? -value : value
    }
    return parseRest(
      bytes, start, end, at: at, first: first, mantissa: mantissa, isNegative: isNegative,
      forms: &forms)
  }

  private static func parseRest(
    _ bytes: Span<UInt8>, _ start: Int, _ end: Int, at: Int, first: Int, mantissa: UInt64,
    isNegative: Bool, forms: inout NumberForms
  ) -> Double {
    var (at, mantissa, end) = (at, mantissa, end)
    var form: NumberForms = []
    let whole = at - first
    var digits = whole
    var exponent = 0
    if at < end && bytes[at] == 0x2e {
      form.insert(.fraction)
      at += 1
      let point = at
      while at < end {
        let digit = UInt64(bytes[at] &- 0x30)
        if digit > 9 { break }
        mantissa = mantissa &* 10 &+ digit
        at += 1
      }
      exponent = point - at
      digits += at - point
    }
    guard digits > 0 else { return .nan }
    if at < end && (bytes[at] | 0x20) == 0x65 {
      form.insert(.fraction)
      at += 1
      var isDown = false
      if at < end && (bytes[at] == 0x2d || bytes[at] == 0x2b) {
        isDown = bytes[at] == 0x2d
        at += 1
      }
      let point = at
      var written = 0
      while at < end {
        let digit = Int(bytes[at] &- 0x30)
        if digit > 9 { break }
        // Far beyond any Double already; the limit keeps the sum from overflowing.
        if written < 100_000 { written = written * 10 + digit }
        at += 1
      }
      guard at > point else { return .nan }
      exponent += isDown ? -written : written
    }
    let numberEnd = at
    if at < end {
      while at < end && bytes[at] == Byte.blank { at += 1 }
      guard at == end - 1 && bytes[at] == 0x25 else { return .nan }
      form.insert(.percent)
      end = numberEnd
    }
    if !form.contains(.fraction) {
      if whole > 1 && bytes[first] == 0x30 { form.insert(.padded) }
      if whole > 19 || mantissa > exactLimit { form.insert(.large) }
    }
    let value =
      digits <= 19
      ? nearest(mantissa, exponent) ?? standard(bytes, first, numberEnd)
      : standard(bytes, first, numberEnd)
    guard value.isFinite else { return .nan }
    forms.formUnion(form)
    return isNegative ? -value : value
  }

  /// `mantissa` · 10^`exponent` rounded once; `nil` beyond the powers at hand.
  private static func nearest(_ mantissa: UInt64, _ exponent: Int) -> Double? {
    if mantissa == 0 { return 0 }
    if mantissa <= exactLimit && abs(exponent) <= 22 {
      let power = powersOfTen[abs(exponent)]
      return exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
    }
    guard abs(exponent) <= 27 else { return nil }
    let five = powersOfFive[abs(exponent)]
    // The value is top · 2^scale with the top bit of `top` set, plus a little more where `isMore`.
    let top: UInt64
    let scale: Int
    let isMore: Bool
    if exponent >= 0 {
      let (high, low) = mantissa.multipliedFullWidth(by: five)
      if high == 0 {
        let shift = low.leadingZeroBitCount
        (top, scale, isMore) = (low << UInt64(shift), exponent - shift, false)
      } else {
        let shift = high.leadingZeroBitCount
        let rest = low << UInt64(shift)
        // A shift by 64 gives 0 with Swift's smart shift, which is what shift == 0 needs.
        top = high << UInt64(shift) | low >> UInt64(64 - shift)
        (scale, isMore) = (exponent + 64 - shift, rest != 0)
      }
    } else {
      let shiftUp = mantissa.leadingZeroBitCount
      let shiftBy = five.leadingZeroBitCount
      let dividend = mantissa << UInt64(shiftUp)
      let divisor = five << UInt64(shiftBy)
      let halved = dividend >= divisor
      let (quotient, remainder) = divisor.dividingFullWidth(
        halved ? (dividend >> 1, dividend << 63) : (dividend, 0))
      top = quotient
      scale = exponent + shiftBy - shiftUp - (halved ? 63 : 64)
      isMore = remainder != 0
    }
    var kept = top >> 11
    let dropped = top & 0x7ff
    if dropped > 0x400 || (dropped == 0x400 && (isMore || kept & 1 == 1)) { kept += 1 }
    // |scale| stays below 200: a normal power of two, and the product is exact.
    return Double(kept) * Double(bitPattern: UInt64(1023 + scale + 11) << 52)
  }

  /// The standard library's reading: exact for any number of digits, and slow.
  private static func standard(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Double {
    Double(bytes.text(from: start, to: end)) ?? .nan
  }
}
