/// Powers of ten that a double holds exactly.
private let powersOfTen: [Double] = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  1e18, 1e19, 1e20, 1e21, 1e22,
]

/// `x` to ten significant digits, so that a donor hangs on the number and not on its last bits; numbers
/// beyond 1e-12 … 1e19 are returned as they are.
func rounded(_ x: Double) -> Double {
  let size = abs(x)
  guard size >= 1e-12, size < 1e19 else { return x }
  var shift = 0
  if size >= 1 {
    while shift < 19, size >= powersOfTen[shift + 1] { shift += 1 }
    shift = 9 - shift
  } else {
    shift = 10
    while shift < 22, size * powersOfTen[shift - 9] < 1 { shift += 1 }
  }
  if shift >= 0 { return (x * powersOfTen[shift]).rounded() / powersOfTen[shift] }
  return (x / powersOfTen[-shift]).rounded() * powersOfTen[-shift]
}
