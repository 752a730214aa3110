extension PointTree {
  /// A reach of each point, and the longest of each node.
  struct Reaches {
    /// In the order of the leaves.
    let ofPoint: [Double]
    let ofNode: [Double]
    /// In the units and the groups of the tree's sieve, rounded up; 0 for what is below.
    let lanes: [SIMD4<Float>]

    /// - Parameter reaches: one a point, in the caller's order.
    init(_ reaches: [Double], of tree: PointTree) {
      let ofPoint = tree.order.map { reaches[Int($0)] }
      var ofNode = [Double](repeating: 0, count: tree.nodes.count)
      for node in tree.nodes.indices.reversed() {
        let here = tree.nodes[node]
        if here.second < 0 {
          ofNode[node] = ofPoint[Int(here.first)..<Int(here.end)].max() ?? 0
        } else {
          ofNode[node] = max(ofNode[node + 1], ofNode[Int(here.second)])
        }
      }
      var lanes: [SIMD4<Float>] = []
      for node in tree.nodes where node.second < 0 {
        for start in stride(from: Int(node.first), to: Int(node.end), by: Sieve.width) {
          var lane = SIMD4<Float>.zero
          for point in start..<min(start + Sieve.width, Int(node.end)) {
            lane[point - start] =
              Float(max(ofPoint[point], 0) * tree.sieve.scale * Aim.share).nextUp
          }
          lanes.append(lane)
        }
      }
      self.ofPoint = ofPoint
      self.ofNode = ofNode
      self.lanes = lanes
    }
  }

  /// Calls `found` with every point whose distance from `place` is below `reach` and its own together, or
  /// a little above, and with the square of that distance.
  func visit(
    from place: Span<SIMD4<Double>>, reach: Double, _ reaches: Reaches,
    using scratch: inout Scratch, _ found: (_ point: Int32, _ square: Double) -> Void
  ) {
    guard !nodes.isEmpty else { return }
    let points = points.span
    let boxes = boxes.span
    let ofPoint = reaches.ofPoint.span
    let ofNode = reaches.ofNode.span
    let nodes = nodes.span
    // Rounding to ten digits moves a distance by less than this share.
    let slack = 1 + 1e-8
    sieve.aim(&scratch.aim, at: place)
    let aim = scratch.aim
    let from = aim.place.span
    let lanes = sieve.lanes.span
    let reachLanes = reaches.lanes.span
    let ownReach = SIMD4<Float>(
      repeating: Float((max(reach, 0) * sieve.scale + aim.slack) * Aim.share).nextUp)
    scratch.push(0, 0)
    while let (node, _) = scratch.pop() {
      let here = nodes[node]
      if here.second < 0 {
        var group = Int(sieve.firstGroup[node])
        var start = Int(here.first)
        while start < Int(here.end) {
          let limits = ownReach + reachLanes[group]
          let near =
            Sieve.squares(from, lanes, group: group, blocks: blocks)
            .<= limits * limits
          if Sieve.isAny(near) {
            for lane in 0..<min(Sieve.width, Int(here.end) - start) where near[lane] {
              let point = start + lane
              let limit = (reach + ofPoint[point]) * slack
              let square = PointTree.squaredDistance(place, toPoint: point, points, blocks: blocks)
              if limit >= 0, square <= limit * limit { found(order[point], square) }
            }
          }
          group += 1
          start += Sieve.width
        }
        continue
      }
      let first = node + 1
      let second = Int(here.second)
      let firstLimit = (reach + ofNode[first]) * slack
      let secondLimit = (reach + ofNode[second]) * slack
      if secondLimit >= 0,
        PointTree.squaredDistance(place, toBox: second, boxes, blocks: blocks)
          <= secondLimit * secondLimit
      {
        scratch.push(second, 0)
      }
      if firstLimit >= 0,
        PointTree.squaredDistance(place, toBox: first, boxes, blocks: blocks)
          <= firstLimit * firstLimit
      {
        scratch.push(first, 0)
      }
    }
  }
}
