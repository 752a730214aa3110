extension PointTree {
  /// A reach of each point, and the longest of each node.
  struct Reaches {
    /// In the order of the leaves.
    let ofPoint: [Double]
    let ofNode: [Double]

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
      self.ofPoint = ofPoint
      self.ofNode = ofNode
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
    scratch.push(0, 0)
    while let (node, _) = scratch.pop() {
      let here = nodes[node]
      if here.second < 0 {
        for point in Int(here.first)..<Int(here.end) {
          let limit = (reach + ofPoint[point]) * slack
          let square = PointTree.squaredDistance(place, toPoint: point, points, blocks: blocks)
          if limit >= 0, square <= limit * limit { found(order[point], square) }
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
