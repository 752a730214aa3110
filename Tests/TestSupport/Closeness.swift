/// Whether two numbers agree to `relative` of the larger, or to `absolute`; two NaNs agree.
public func isClose(
  _ a: Double, _ b: Double, relative: Double = 0, absolute: Double = 0
) -> Bool {
  if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
  if a == b { return true }
  return abs(a - b) <= max(absolute, relative * max(abs(a), abs(b)))
}

/// The largest relative difference between two lists of the same length; absolute where both are tiny.
public func largestDifference(_ a: [Double], _ b: [Double], scale: Double = 1e-300) -> Double {
  precondition(a.count == b.count, "\(a.count) against \(b.count) numbers")
  return zip(a, b).map { abs($0 - $1) / max(abs($0), abs($1), scale) }.max() ?? 0
}
