#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The regularised incomplete beta function Iₓ(a, b): the cumulative probability of a beta variable, and
/// through it of Student's t, F and the binomial.
///
/// Lentz's evaluation of the continued fraction, NIST Digital Library of Mathematical Functions 8.17.22,
/// from the side where it converges quickly. Relative error below 10⁻¹² for a, b up to 10³; beyond that the
/// fraction itself cancels near the mean, to about 10⁻¹¹ at 10⁵.
///
/// - Parameter complement: 1 − x, which the caller often knows to more digits than a subtraction leaves.
func regularizedIncompleteBeta(
  _ x: Double, complement: Double, _ a: Double, _ b: Double
) -> Double {
  guard x > 0 else { return 0 }
  guard complement > 0 else { return 1 }
  let front = betaPower(x, complement, a, b)
  if x < (a + 1) / (a + b + 2) {
    return front * betaFraction(x, a, b) / a
  }
  return 1 - front * betaFraction(complement, b, a) / b
}

/// xᵃ yᵇ / B(a, b) for x + y = 1, by the saddle-point form that does not lose digits for large a and b:
/// Loader (2000), *Fast and accurate computation of binomial probabilities*.
private func betaPower(_ x: Double, _ y: Double, _ a: Double, _ b: Double) -> Double {
  let n = a + b
  let exponent =
    stirlingError(n) - stirlingError(a) - stirlingError(b)
    - devianceTerm(a, n * x) - devianceTerm(b, n * y)
  return exp(exponent) * (a * b / (2 * Double.pi * n)).squareRoot()
}

/// log Γ(n + 1) − (n + ½) log n + n − ½ log 2π.
private func stirlingError(_ n: Double) -> Double {
  if n <= 15 {
    return logGamma(n + 1) - (n + 0.5) * log(n) + n - 0.9189385332046727
  }
  let s = 1 / (n * n)
  return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - s / 1188) * s) * s) * s) / n
}

/// x log(x / m) + m − x, by its series where x is near m.
private func devianceTerm(_ x: Double, _ m: Double) -> Double {
  let difference = x - m
  guard abs(difference) < 0.1 * (x + m) else { return x * log(x / m) + m - x }
  let v = difference / (x + m)
  var sum = difference * v
  var power = 2 * x * v
  for j in 1..<1_000 {
    power *= v * v
    let next = sum + power / Double(2 * j + 1)
    if next == sum { return next }
    sum = next
  }
  return sum
}

/// log Γ(x) for x > 0.
func logGamma(_ x: Double) -> Double { lgamma(x).0 }

private func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
  let tiny = 1e-300
  func away(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
  var c = 1.0
  var d = 1 / away(1 - (a + b) * x / (a + 1))
  var fraction = d
  for m in 1...10_000 {
    let k = Double(m)
    let even = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k))
    d = 1 / away(1 + even * d)
    c = away(1 + even / c)
    fraction *= d * c
    let odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))
    d = 1 / away(1 + odd * d)
    c = away(1 + odd / c)
    let change = d * c
    fraction *= change
    if abs(change - 1) <= 2.3e-16 { break }
  }
  return fraction
}
