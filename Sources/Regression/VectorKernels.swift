/// Σ aᵢbᵢ in four running sums added in a fixed order: fast, and the same bits whatever the thread.
func dot(_ a: [Double], _ b: [Double]) -> Double {
  precondition(a.count == b.count, "vectors of \(a.count) and \(b.count) entries")
  var sums = SIMD4<Double>.zero
  let blocks = a.count / 4
  for block in 0..<blocks {
    let i = 4 * block
    let x = SIMD4(a[i], a[i + 1], a[i + 2], a[i + 3])
    let y = SIMD4(b[i], b[i + 1], b[i + 2], b[i + 3])
    sums += x * y
  }
  var rest = 0.0
  for i in 4 * blocks..<a.count { rest += a[i] * b[i] }
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + rest
}

/// y ← y + scale · x.
func add(_ x: [Double], times scale: Double, to y: inout [Double]) {
  precondition(x.count == y.count, "vectors of \(x.count) and \(y.count) entries")
  for i in 0..<x.count { y[i] += scale * x[i] }
}
