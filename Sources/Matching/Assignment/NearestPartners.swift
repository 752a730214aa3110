internal import Probability

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
      let place = points.values.span.extracting(points.range(point))
      if let allowed {
        _ = tree.nearest(
          to: place, count: 1, within: limit, allowed: { allowed(point, Int($0)) }, using: &scratch)
        guard let nearest = scratch.nearest.first else { continue }
        partner[point] = nearest.point
        distance[point] = nearest.distance
      } else {
        let nearest = tree.nearestPoint(to: place, guess: guess, using: &scratch)
        guess = nearest.point
        let rounded = tenDigits(nearest.square.squareRoot())
        guard isWithin(rounded, limit) else { continue }
        partner[point] = tree.order[nearest.point]
        distance[point] = rounded
      }
    }
  }

  /// Whether points in one place, some here and some of `others`, can serve each other in several ways: not
  /// if one of them is alone on its side.
  ///
  /// - Parameter home: the tree of the points here, `tree` that of the others.
  func shareAPlace(
    _ points: PointTree.Points, in tree: PointTree, others: PointTree.Points, home: PointTree,
    allowed: ((_ point: Int, _ partner: Int) -> Bool)?
  ) -> Bool {
    var scratch = PointTree.Scratch()
    for point in partner.indices where partner[point] >= 0 && distance[point] == 0 {
      // Where pairs are forbidden, each partner may have others of its own.
      _ = tree.nearest(
        to: points.values.span.extracting(points.range(point)),
        count: allowed == nil ? 2 : tree.order.count, within: 0,
        allowed: allowed.map { allowed in { allowed(point, Int($0)) } }, using: &scratch)
      guard scratch.nearest.count > 1 else { continue }
      for partner in scratch.nearest.map({ Int($0.point) }) {
        _ = home.nearest(
          to: others.values.span.extracting(others.range(partner)), count: 2, within: 0,
          allowed: allowed.map { allowed in { allowed(Int($0), partner) } }, using: &scratch)
        if scratch.nearest.count > 1 { return true }
      }
    }
    return false
  }
}
