/// The lower triangle *L* with *LLᵀ* = (*T*⁻¹λ)(*T*⁻¹λ)ᵀ and a non-negative diagonal, by rotations of
/// columns, so that a rank that is not full stays so exactly.
///
/// *T* has a diagonal and, in the row of a term's constant column, the centres of its other columns.
func lowerTriangle(solving transform: [Double], _ lambda: [Double], width: Int) -> [Double] {
  lowerTriangle(
    rotating: timesBlock(inverted(upperBlocks: transform, width: width), lambda, width),
    width: width)
}

/// The lower triangle *L* with *LLᵀ* = *AAᵀ* and a non-negative diagonal.
func lowerTriangle(rotating matrix: [Double], width: Int) -> [Double] {
  var a = matrix
  for row in 0..<width {
    for column in (row + 1)..<max(row + 1, width) {
      let (x, y) = (a[row * width + row], a[row * width + column])
      guard y != 0 else { continue }
      let length = (x * x + y * y).squareRoot()
      let (cosine, sine) = (x / length, y / length)
      for k in row..<width {
        let (u, v) = (a[k * width + row], a[k * width + column])
        a[k * width + row] = cosine * u + sine * v
        a[k * width + column] = cosine * v - sine * u
      }
      a[row * width + column] = 0
    }
    if a[row * width + row] < 0 {
      for k in row..<width { a[k * width + row] *= -1 }
    }
  }
  return a
}

/// *T*⁻¹ for such a *T*: its rows of constant columns meet diagonal rows only.
func inverted(upperBlocks transform: [Double], width: Int) -> [Double] {
  var result = [Double](repeating: 0, count: width * width)
  for i in 0..<width { result[i * width + i] = 1 / transform[i * width + i] }
  for i in 0..<width {
    for j in 0..<width where i != j && transform[i * width + j] != 0 {
      result[i * width + j] =
        -transform[i * width + j] * result[i * width + i] * result[j * width + j]
    }
  }
  return result
}

private func timesBlock(_ a: [Double], _ b: [Double], _ width: Int) -> [Double] {
  var result = [Double](repeating: 0, count: width * width)
  for i in 0..<width {
    for j in 0..<width {
      for k in 0..<width { result[i * width + j] += a[i * width + k] * b[k * width + j] }
    }
  }
  return result
}
