/// Solves and products with panels: matrices of a few rows and a column for each row of the pattern, in the
/// order of elimination.
extension SupernodalPattern {
  /// Replaces *B* (`order` × `size`) by *B A*⁻¹, given the factor of *A* from ``factor(_:at:)``.
  public func solve(
    factor values: Span<Double>, at start: Int = 0, order: Int, panel: inout MutableSpan<Double>
  ) {
    check(values.count, start)
    precondition(panel.count >= order * size, "\(panel.count) places for \(order) × \(size)")
    guard order > 0 else { return }
    var part = [Double](repeating: 0, count: order * partSize)
    // Safe: blocks lie within the values and the panel, checked above.
    unsafe values.withUnsafeBufferPointer { all in
      unsafe panel.withUnsafeMutableBufferPointer { panel in
        unsafe part.withUnsafeMutableBufferPointer { part in
          guard let origin = all.baseAddress, let b = panel.baseAddress, let part = part.baseAddress
          else { return }
          for block in blocks {
            let (width, height) = (block.width, block.height)
            let own = unsafe origin + start + block.start
            let x = unsafe b + order * block.columns.lowerBound
            unsafe BlockKernels.divide(order, width, own, height, transposed: true, x, order)
            unsafe BlockKernels.multiply(
              false, true, order, block.below, width, 1, x, order, own + width, height, 0, part,
              order)
            for (i, row) in block.rows.dropFirst(width).enumerated() {
              let into = unsafe b + order * Int(row)
              for k in 0..<order { unsafe into[k] -= part[i * order + k] }
            }
          }
          for block in blocks.reversed() {
            let (width, height) = (block.width, block.height)
            let own = unsafe origin + start + block.start
            let x = unsafe b + order * block.columns.lowerBound
            for (i, row) in block.rows.dropFirst(width).enumerated() {
              let from = unsafe b + order * Int(row)
              for k in 0..<order { unsafe part[i * order + k] = from[k] }
            }
            unsafe BlockKernels.multiply(
              false, false, order, width, block.below, -1, part, order, own + width, height, 1, x,
              order)
            unsafe BlockKernels.divide(order, width, own, height, transposed: false, x, order)
          }
        }
      }
    }
  }

  /// *C* += scale · *B A* for panels *B* and *C* of `order` × `size` and *A* of this pattern.
  public func addSymmetricProduct(
    _ panel: Span<Double>, symmetric values: Span<Double>, at start: Int = 0, order: Int,
    scale: Double, to result: inout MutableSpan<Double>
  ) {
    check(values.count, start)
    precondition(
      panel.count >= order * size && result.count >= order * size, "panels are too short")
    guard order > 0 else { return }
    var part = [Double](repeating: 0, count: order * partSize)
    // Safe: blocks lie within the values and the panels, checked above.
    unsafe values.withUnsafeBufferPointer { all in
      unsafe panel.withUnsafeBufferPointer { panel in
        unsafe result.withUnsafeMutableBufferPointer { result in
          unsafe part.withUnsafeMutableBufferPointer { part in
            guard let origin = all.baseAddress, let b = panel.baseAddress,
              let c = result.baseAddress, let part = part.baseAddress
            else { return }
            for block in blocks {
              let (width, height) = (block.width, block.height)
              let own = unsafe origin + start + block.start
              let first = order * block.columns.lowerBound
              unsafe BlockKernels.addSymmetric(
                order, width, scale, own, height, b + first, order, c + first, order)
              unsafe BlockKernels.multiply(
                false, true, order, block.below, width, scale, b + first, order, own + width,
                height, 0, part, order)
              for (i, row) in block.rows.dropFirst(width).enumerated() {
                let into = unsafe c + order * Int(row)
                let from = unsafe b + order * Int(row)
                for k in 0..<order {
                  unsafe into[k] += part[i * order + k]
                  unsafe part[i * order + k] = from[k]
                }
              }
              unsafe BlockKernels.multiply(
                false, false, order, width, block.below, scale, part, order, own + width, height,
                1, c + first, order)
            }
          }
        }
      }
    }
  }

  private var partSize: Int { (blocks.map(\.below).max() ?? 0) + 1 }
}
