/// Factorisation and the inverse on the pattern.
extension SupernodalPattern {
  /// Columns of an update that are computed at a time: what is written then stays in the cache.
  private static let chunk = 128

  /// Replaces a positive-definite *A* by its Cholesky factor, block by block: each is factored by LAPACK and
  /// at once subtracted from the blocks that it meets.
  ///
  /// - Parameter start: where the matrix starts in `values`.
  /// - Returns: log det *A*.
  /// - Throws: ``FactorizationError/notPositiveDefinite(order:)``, with the position in the order of
  ///   elimination.
  public func factor(
    _ values: inout MutableSpan<Double>, at start: Int = 0
  ) throws(FactorizationError) -> Double {
    check(values.count, start)
    var update = [Double](repeating: 0, count: updateSize)
    var relative = [Int32](repeating: 0, count: size)
    var sum = 0.0
    var failed = 0
    var scratch = [Double](repeating: 0, count: BlockKernels.scratchSize)
    // Safe: blocks lie within `count` numbers from `start`, checked above; updates are as large as
    // `updateSize` says, and rows are positions below `size`.
    unsafe values.withUnsafeMutableBufferPointer { all in
      unsafe update.withUnsafeMutableBufferPointer { buffer in
        unsafe scratch.withUnsafeMutableBufferPointer { scratch in
          guard let origin = all.baseAddress, let update = buffer.baseAddress,
            let scratch = scratch.baseAddress
          else { return }
          let base = unsafe origin + start
          for block in blocks {
            let (width, height) = (block.width, block.height)
            let own = unsafe base + block.start
            let info = unsafe BlockKernels.factor(width, own, height)
            guard info == 0 else {
              failed = block.columns.lowerBound + info
              return
            }
            for j in 0..<width { sum += unsafe naturalLog(own[j * (height + 1)]) }
            let below = unsafe own + width
            unsafe BlockKernels.divideLarge(
              block.below, width, own, height, transposed: true, below, height, scratch)
            unsafe forEachChunk(of: block, &relative) { target, first, end, relative in
              // Above the diagonal of the first rows nothing is read.
              let (columns, rows) = (end - first, block.below - first)
              let panel = unsafe below + first
              unsafe BlockKernels.multiplyLarge(
                false, true, rows, columns, width, 1, panel, height, panel, height, 0, update, rows,
                scratch)
              for j in 0..<columns {
                let column = Int(block.rows[width + first + j]) - target.columns.lowerBound
                let into = unsafe base + target.start + column * target.height
                let from = unsafe update + j * rows
                for i in j..<rows {
                  unsafe into[Int(relative[i])] -= from[i]
                }
              }
            }
          }
        }
      }
    }
    guard failed == 0 else { throw .notPositiveDefinite(order: failed) }
    return 2 * sum
  }

  /// Replaces the Cholesky factor of *A* by the entries of *A*⁻¹ on the pattern: for a block with triangle *D*
  /// and rows *B* below it, with *Y* = *BD*⁻¹, *Z_B* = −*Z_RR Y* and *Z_D* = (*DDᵀ*)⁻¹ − *YᵀZ_B*.
  ///
  /// Takahashi, Fagan & Chen (1973); Erisman & Tinney (1975), doi:10.1145/360680.360704.
  public func invert(_ values: inout MutableSpan<Double>, at start: Int = 0) {
    check(values.count, start)
    let most = blocks.map { $0.below * $0.width }.max() ?? 0
    var gathered = [Double](repeating: 0, count: updateSize)
    var ratio = [Double](repeating: 0, count: most + 1)
    var image = ratio
    var relative = [Int32](repeating: 0, count: size)
    var scratch = [Double](repeating: 0, count: BlockKernels.scratchSize)
    // Safe: as in `factor`; `ratio` and `image` hold the rows below the largest block.
    unsafe values.withUnsafeMutableBufferPointer { all in
      unsafe gathered.withUnsafeMutableBufferPointer { gathered in
        unsafe ratio.withUnsafeMutableBufferPointer { ratio in
          unsafe image.withUnsafeMutableBufferPointer { image in
            unsafe scratch.withUnsafeMutableBufferPointer { scratch in
              guard let origin = all.baseAddress, let gathered = gathered.baseAddress,
                let y = ratio.baseAddress, let z = image.baseAddress,
                let scratch = scratch.baseAddress
              else { return }
              let base = unsafe origin + start
              for block in blocks.reversed() {
                let (width, height, r) = (block.width, block.height, block.below)
                let own = unsafe base + block.start
                let below = unsafe own + width
                unsafe BlockKernels.divideLarge(
                  r, width, own, height, transposed: false, below, height, scratch)
                for j in 0..<width {
                  for i in 0..<r {
                    unsafe y[j * r + i] = below[j * height + i]
                    unsafe z[j * r + i] = 0
                  }
                }
                unsafe forEachChunk(of: block, &relative) { target, first, end, relative in
                  let (columns, rows) = (end - first, r - first)
                  for j in 0..<columns {
                    let column = Int(block.rows[width + first + j]) - target.columns.lowerBound
                    let from = unsafe base + target.start + column * target.height
                    let into = unsafe gathered + j * rows
                    for i in j..<rows {
                      unsafe into[i] = from[Int(relative[i])]
                    }
                    for i in j + 1..<max(j + 1, columns) {
                      unsafe gathered[i * rows + j] = into[i]
                    }
                  }
                  unsafe BlockKernels.multiplyLarge(
                    false, false, rows, width, columns, -1, gathered, rows, y + first, r, 1,
                    z + first, r, scratch)
                  unsafe BlockKernels.multiplyLarge(
                    true, false, columns, width, r - end, -1, gathered + columns, rows, y + end, r,
                    1, z + first, r, scratch)
                }
                unsafe BlockKernels.invert(width, own, height)
                for j in 0..<width {
                  for i in 0..<r { unsafe below[j * height + i] = z[j * r + i] }
                }
                // Above the diagonal stands nothing that is read.
                unsafe BlockKernels.multiplyLarge(
                  true, false, width, width, r, -1, y, r, z, r, 1, own, height, scratch)
              }
            }
          }
        }
      }
    }
  }

  /// Calls `body` with the rows below a block that are columns of one other block, some at a time: with that
  /// block, the first and the end among the rows below, and for each row from the first on its place in
  /// the other.
  private func forEachChunk(
    of block: Block, _ relative: inout [Int32],
    _ body: (
      _ target: Block, _ first: Int, _ end: Int, _ relative: UnsafePointer<Int32>
    ) -> Void
  ) {
    let width = block.width
    var first = 0
    while first < block.below {
      let target = blocks[Int(blockOf[Int(block.rows[width + first])])]
      var end = first
      while end < block.below, Int(block.rows[width + end]) < target.columns.upperBound { end += 1 }
      // Both lists ascend, and all rows from here on are among the target's.
      var place = 0
      for row in first..<block.below {
        while target.rows[place] != block.rows[width + row] { place += 1 }
        relative[row] = Int32(place)
      }
      // Safe: `relative` holds a place for every row below a block, and no pointer is kept.
      unsafe relative.withUnsafeBufferPointer { relative in
        guard let places = relative.baseAddress else { return }
        while first < end {
          let next = min(end, first + Self.chunk)
          unsafe body(target, first, next, places + first)
          first = next
        }
      }
    }
  }

  private var updateSize: Int {
    blocks.map { min($0.below, Self.chunk) * $0.below }.max().map { $0 + 1 } ?? 1
  }

  func check(_ available: Int, _ start: Int) {
    precondition(
      start >= 0 && available >= start + count,
      "\(available) places for a pattern of \(count) from \(start)")
  }
}
