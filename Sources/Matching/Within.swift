internal import Probability

/// Whether `distance` is at most `limit` to ten significant digits.
@inline(__always)
func isWithin(_ distance: Double, _ limit: Double) -> Bool {
  if distance <= limit { return true }
  if distance > limit * (1 + 1e-8) { return false }
  return tenDigits(distance) <= tenDigits(limit)
}
