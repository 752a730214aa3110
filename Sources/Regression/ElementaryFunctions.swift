#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The C library's logarithm, where no decision hangs on its last bit.
func logarithm(_ x: Double) -> Double { log(x) }
