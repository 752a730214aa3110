#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The C library's functions, kept to this file. What a decision hangs on is rounded to ten significant
/// digits where it is decided, so their last bit may differ between machines.
enum CMath {
  static func log(_ x: Double) -> Double { cLog(x) }
  static func exp(_ x: Double) -> Double { cExp(x) }
  static func power(_ x: Double, _ y: Double) -> Double { y == 2 ? x * x : pow(x, y) }
  static func hypotenuse(_ x: Double, _ y: Double) -> Double { hypot(x, y) }
  static func sine(_ x: Double) -> Double { sin(x) }
  static func cosine(_ x: Double) -> Double { cos(x) }
  static func arcTangent(_ y: Double, _ x: Double) -> Double { atan2(y, x) }
}

private func cLog(_ x: Double) -> Double { log(x) }
private func cExp(_ x: Double) -> Double { exp(x) }
