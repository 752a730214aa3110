internal import Probability

/// Kernels on the width × width blocks of one level, row after row in flat arrays.
enum SmallMatrices {
  /// *N* = λ (λᵀ*A*λ + *I*)⁻¹ λᵀ at the start of `scratch` + `offset`, and log det(λᵀ*A*λ + *I*).
  ///
  /// No inverse of λ is needed, so a singular λ is as good as any other.
  ///
  /// - Parameter scratch: at least 3 · width² numbers; the first width² receive *N*.
  /// - Returns: `nil` where rounding has made the matrix indefinite.
  static func shrinkage(
    _ lambda: Span<Double>, _ a: Span<Double>, at start: Int, width: Int,
    scratch: inout MutableSpan<Double>
  ) -> Double? {
    if width == 1 {
      let l = lambda[0]
      let pivot = 1 + l * l * a[start]
      guard pivot > 0 else { return nil }
      scratch[0] = l * l / pivot
      return PortableMath.log(pivot)
    }
    let square = width * width
    // A λ, then I + λᵀ (A λ).
    for i in 0..<width {
      for j in 0..<width {
        var sum = 0.0
        for k in j..<width { sum += a[start + i * width + k] * lambda[k * width + j] }
        scratch[square + i * width + j] = sum
      }
    }
    for i in 0..<width {
      for j in 0...i {
        var sum = i == j ? 1.0 : 0.0
        for k in i..<width {
          sum += lambda[k * width + i] * scratch[square + k * width + j]
        }
        scratch[2 * square + i * width + j] = sum
      }
    }
    // Cholesky in place, and Y = L⁻¹ λᵀ row by row.
    var determinant = 1.0
    for j in 0..<width {
      var pivot = scratch[2 * square + j * width + j]
      for k in 0..<j {
        pivot -= scratch[2 * square + j * width + k] * scratch[2 * square + j * width + k]
      }
      guard pivot > 0 else { return nil }
      determinant *= pivot
      let root = pivot.squareRoot()
      scratch[2 * square + j * width + j] = root
      for i in j + 1..<max(j + 1, width) {
        var value = scratch[2 * square + i * width + j]
        for k in 0..<j {
          value -= scratch[2 * square + i * width + k] * scratch[2 * square + j * width + k]
        }
        scratch[2 * square + i * width + j] = value / root
      }
      for m in 0..<width {
        var value = m >= j ? lambda[m * width + j] : 0
        for k in 0..<j {
          value -= scratch[2 * square + j * width + k] * scratch[square + k * width + m]
        }
        scratch[square + j * width + m] = value / root
      }
    }
    for i in 0..<width {
      for j in 0..<width {
        var sum = 0.0
        for k in 0..<width {
          sum += scratch[square + k * width + i] * scratch[square + k * width + j]
        }
        scratch[i * width + j] = sum
      }
    }
    return PortableMath.log(determinant)
  }
}
