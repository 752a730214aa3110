/// The nearest allowed partner of every point of one set in the other.
struct NearestPartners {
  /// −1 where a point has none.
  private(set) var partner: [Int32]
  /// To ten digits; 0 where a point has none.
  private(set) var distance: [Double]

  /// - Parameter visiting: the points in an order in which neighbours follow each other, so that each
  ///   search begins with a good guess.
  init(
    of points: PointTree.Points, visiting: [Int32], in tree: PointTree, limit: Double,
    allowed: ((_ point: Int, _ partner: Int) -> Bool)?
  ) {
    partner = Array(repeating: -1, count: points.count)
    distance = Array(repeating: 0, count: points.count)
    guard !tree.order.isEmpty else { return }
    var scratch = PointTree.Scratch()
    var guess = 0
    for number in visiting {
      let point = Int(number)
      let place = points.values.span.extracting(point * points.blocks..<(point + 1) * points.blocks)
      if let allowed {
        _ = tree.nearest(
          to: place, count: 1, within: limit, allowed: { allowed(point, Int($0)) }, using: &scratch)
        guard let nearest = scratch.nearest.first else { continue }
        partner[point] = nearest.point
        distance[point] = nearest.distance
      } else {
        let nearest = tree.nearestPoint(to: place, guess: guess, using: &scratch)
        guess = nearest.point
        let rounded = rounded(nearest.square.squareRoot())
        guard isWithin(rounded, limit) else { continue }
        partner[point] = tree.order[nearest.point]
        distance[point] = rounded
      }
    }
  }

  /// Whether any of the chosen points has a second partner that is as near as its nearest.
  ///
  /// Points in one place serve each other in one way only if one of them is alone on its side, or alone on
  /// the other.
  ///
  /// - Parameter others: the same of the points in `tree`, which look for partners in `home`.
  func isTied(
    _ chosen: [Int], of points: PointTree.Points, in tree: PointTree, limit: Double,
    tolerance: Double, allowed: ((_ point: Int, _ partner: Int) -> Bool)?,
    others: PointTree.Points, home: PointTree
  ) -> Bool {
    var scratch = PointTree.Scratch()
    func partners(
      of point: Int, _ points: PointTree.Points, in tree: PointTree, within: Double, atMost: Int,
      _ allowed: ((Int, Int) -> Bool)?
    ) -> [Int] {
      let place = points.values.span.extracting(point * points.blocks..<(point + 1) * points.blocks)
      if let allowed {
        _ = tree.nearest(
          to: place, count: atMost, within: within, allowed: { allowed(point, Int($0)) },
          using: &scratch)
      } else {
        _ = tree.nearest(to: place, count: atMost, within: within, allowed: nil, using: &scratch)
      }
      return scratch.nearest.map { Int($0.point) }
    }
    for point in chosen {
      let within = distance[point] > 0 ? min(limit, distance[point] + tolerance) : 0
      let isOneOfMany = distance[point] == 0 && allowed != nil
      let found = partners(
        of: point, points, in: tree, within: within,
        atMost: isOneOfMany ? tree.order.count : 2, allowed)
      guard found.count > 1 else { continue }
      if distance[point] > 0 { return true }
      for partner in found
      where partners(
        of: partner, others, in: home, within: 0, atMost: 2,
        allowed.map { allowed in { allowed($1, $0) } }
      ).count > 1 {
        return true
      }
    }
    return false
  }
}
