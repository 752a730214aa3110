extension PointTree {
  /// The points once more in single precision, four at a time, to pass over those that are too far without looking
  /// at them one by one.
  ///
  /// Coordinates are taken from the middle of all points, in units of their radius (the largest coordinate from
  /// there), and rounded to single precision. That moves a distance by less than ``Aim/slack``, which is added to
  /// every limit: what the sieve stops is too far for certain, and what it lets through is looked at in double
  /// precision. So it changes no result.
  struct Sieve {
    /// Points in a group.
    static let width = 4

    /// Coordinates of a point, those that only fill its blocks included.
    let dimensions: Int
    let middle: [SIMD4<Double>]
    /// One over the radius.
    let scale: Double
    /// The groups of four points of each leaf: for each block a vector with the first coordinate of all four, then
    /// the second and so on. Places beyond a leaf's end hold NaN, which is within no limit.
    let lanes: [SIMD16<Float>]
    /// The first group of each leaf.
    let firstGroup: [Int32]

    init(
      blocks: Int, order: [Int32], points: [SIMD4<Double>], nodes: [Node], boxes: [SIMD4<Double>]
    ) {
      dimensions = 4 * blocks
      var middle = [SIMD4<Double>](repeating: .zero, count: blocks)
      var radius = 0.0
      if !nodes.isEmpty {
        for block in 0..<blocks {
          middle[block] = boxes[block] / 2 + boxes[blocks + block] / 2
          let reach = pointwiseMax(
            boxes[blocks + block] - middle[block], middle[block] - boxes[block])
          radius = max(radius, reach.max())
        }
      }
      let scale = radius > 0 ? 1 / max(radius, 1e-290) : 1
      var lanes: [SIMD16<Float>] = []
      lanes.reserveCapacity((order.count / Sieve.width + nodes.count) * blocks)
      var firstGroup = [Int32](repeating: 0, count: nodes.count)
      for (index, node) in nodes.enumerated() where node.second < 0 {
        firstGroup[index] = Int32(truncatingIfNeeded: lanes.count / blocks)
        for start in stride(from: Int(node.first), to: Int(node.end), by: Sieve.width) {
          for block in 0..<blocks {
            var lane = SIMD16<Float>(repeating: .nan)
            for point in start..<min(start + Sieve.width, Int(node.end)) {
              let from = (points[point * blocks + block] - middle[block]) * scale
              for k in 0..<4 { lane[4 * k + point - start] = Float(from[k]) }
            }
            lanes.append(lane)
          }
        }
      }
      self.middle = middle
      self.scale = scale
      self.lanes = lanes
      self.firstGroup = firstGroup
    }
  }

  /// A place to search from, as the sieve sees it.
  struct Aim {
    /// Blocks as in the sieve, with each coordinate in four lanes.
    fileprivate(set) var place: [SIMD16<Float>] = []
    /// What single precision may move a distance from here, in units of the radius.
    fileprivate(set) var slack = 0.0

    /// A limit for squares in single precision that every distance up to `distance`, in units of the radius, keeps.
    func limit(_ distance: Double) -> Float {
      let wide = (distance + slack) * Aim.share
      return Float(wide * wide).nextUp
    }

    /// Roots of sums of rounded squares may be too large by this factor.
    static let share = 1 + 1e-4
  }
}

extension PointTree.Sieve {
  /// Aims from `place`.
  func aim(_ aim: inout PointTree.Aim, at place: Span<SIMD4<Double>>) {
    aim.place.removeAll(keepingCapacity: true)
    var farthest = 1.0
    for block in middle.indices {
      let from = (place[block] - middle[block]) * scale
      var lane = SIMD16<Float>.zero
      for k in 0..<4 {
        farthest = max(farthest, abs(from[k]))
        for point in 0..<Self.width { lane[4 * k + point] = Float(from[k]) }
      }
      aim.place.append(lane)
    }
    // Each coordinate of a difference is off by at most 2⁻²⁴ of the two it is made of, and of itself.
    aim.slack = 0x1p-21 * Double(dimensions).squareRoot() * (1 + farthest)
  }

  /// The squares of the distances of a group's points from the place aimed from, in units of the radius.
  @inline(__always)
  static func squares(
    _ place: Span<SIMD16<Float>>, _ lanes: Span<SIMD16<Float>>, group: Int, blocks: Int
  ) -> SIMD4<Float> {
    var sum = SIMD16<Float>.zero
    for block in 0..<blocks {
      let difference = place[block] - lanes[group * blocks + block]
      sum += difference * difference
    }
    let half = sum.lowHalf + sum.highHalf
    return half.lowHalf + half.highHalf
  }

  /// One bit in each lane that is within its limit, added up: 0 where none is.
  @inline(__always)
  static func isAny(_ mask: SIMDMask<SIMD4<Int32>>) -> Bool {
    SIMD4<Int32>.zero.replacing(with: 1, where: mask).wrappedSum() != 0
  }
}
