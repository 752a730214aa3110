/// Powers of ten that a double holds exactly.
private let powersOfTen: [Double] = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  1e18, 1e19, 1e20, 1e21, 1e22,
]

/// `x` to ten significant digits, so that a match or a donor hangs on the number and not on the last bits that a
/// processor or a linear-algebra library gave it.
///
/// Only correctly rounded operations on exact powers of ten: the same bits everywhere. Numbers beyond
/// 1e-12 … 1e31 are returned as they are.
package func tenDigits(_ x: Double) -> Double {
  let size = abs(x)
  guard size >= 1e-12, size < 1e31 else { return x }
  // The exponent e with 10^e ≤ |x| < 10^(e+1).
  var exponent = 0
  if size >= 1 {
    while exponent < 22, size >= powersOfTen[exponent + 1] { exponent += 1 }
  } else {
    exponent = -1
    while exponent > -13, size * powersOfTen[-exponent] < 1 { exponent -= 1 }
  }
  let shift = 9 - exponent
  if shift >= 0 {
    return (x * powersOfTen[shift]).rounded() / powersOfTen[shift]
  }
  return (x / powersOfTen[-shift]).rounded() * powersOfTen[-shift]
}
