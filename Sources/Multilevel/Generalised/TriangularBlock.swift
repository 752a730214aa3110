/// Where the lower triangular factor L of one group's block lies, column-major, among those of all groups.
struct TriangularBlock {
  let start: Int
  let width: Int

  /// Solves L x = b in place.
  @inline(__always)
  func forward(_ lower: Span<Double>, _ x: inout MutableSpan<Double>, at place: Int) {
    for r in 0..<width {
      var value = x[place + r]
      for c in 0..<r { value -= lower[start + r + c * width] * x[place + c] }
      x[place + r] = value / lower[start + r + r * width]
    }
  }

  /// Solves Lᵀ x = b in place.
  @inline(__always)
  func backward(_ lower: Span<Double>, _ x: inout MutableSpan<Double>, at place: Int) {
    for r in stride(from: width - 1, through: 0, by: -1) {
      var value = x[place + r]
      for c in r + 1..<max(width, r + 1) { value -= lower[start + c + r * width] * x[place + c] }
      x[place + r] = value / lower[start + r + r * width]
    }
  }
}
