internal import Probability

extension PointTree {
  /// What a search needs besides the tree; kept between searches, so that none allocates.
  struct Scratch {
    fileprivate var nodes: [Int32] = []
    fileprivate var bounds: [Double] = []
    /// The best points found, as a heap with the farthest first: squared distances and places.
    fileprivate var squares: [Double] = []
    fileprivate var found: [Int32] = []
    /// The points found by the last search, nearest first, ties by number.
    fileprivate(set) var nearest: [Neighbour] = []
    /// The place that the search under way looks from.
    var aim = Aim()

    mutating func push(_ node: Int, _ bound: Double) {
      nodes.append(Int32(truncatingIfNeeded: node))
      bounds.append(bound)
    }

    mutating func pop() -> (node: Int, bound: Double)? {
      guard let node = nodes.popLast(), let bound = bounds.popLast() else { return nil }
      return (Int(node), bound)
    }
  }

  struct Neighbour: Comparable {
    let distance: Double
    let point: Int32

    static func < (a: Neighbour, b: Neighbour) -> Bool {
      a.distance != b.distance ? a.distance < b.distance : a.point < b.point
    }
  }

  /// Finds the `count` points nearest to `place` among those allowed, or all of them if there are fewer.
  ///
  /// Distances are rounded to ten significant digits, and one that equals `limit` so rounded is within it.
  ///
  /// - Returns: a lower bound of the distance of every allowed point not found; infinite if there is none.
  func nearest(
    to place: Span<SIMD4<Double>>, count: Int, within limit: Double,
    allowed: ((Int32) -> Bool)?, using scratch: inout Scratch
  ) -> Double {
    scratch.nearest.removeAll(keepingCapacity: true)
    guard !nodes.isEmpty, count > 0 else { return .infinity }
    scratch.squares.removeAll(keepingCapacity: true)
    scratch.found.removeAll(keepingCapacity: true)
    let points = points.span
    let boxes = boxes.span
    var worst = PointTree.squareBeyond(limit)
    scratch.push(0, PointTree.squaredDistance(place, toBox: 0, boxes, blocks: blocks))
    while let (node, bound) = scratch.pop() {
      guard bound < worst else { continue }
      let here = nodes[node]
      if here.second < 0 {
        for point in Int(here.first)..<Int(here.end) {
          let square = PointTree.squaredDistance(place, toPoint: point, points, blocks: blocks)
          guard square < worst, allowed?(order[point]) ?? true else { continue }
          if scratch.found.count < count {
            scratch.add(square, Int32(truncatingIfNeeded: point))
            if scratch.found.count == count { worst = min(worst, scratch.squares[0]) }
          } else {
            scratch.replaceFarthest(square, Int32(truncatingIfNeeded: point))
            worst = scratch.squares[0]
          }
        }
        continue
      }
      let first = node + 1
      let second = Int(here.second)
      let toFirst = PointTree.squaredDistance(place, toBox: first, boxes, blocks: blocks)
      let toSecond = PointTree.squaredDistance(place, toBox: second, boxes, blocks: blocks)
      if toFirst <= toSecond {
        if toSecond < worst { scratch.push(second, toSecond) }
        if toFirst < worst { scratch.push(first, toFirst) }
      } else {
        if toFirst < worst { scratch.push(first, toFirst) }
        if toSecond < worst { scratch.push(second, toSecond) }
      }
    }
    let isFull = scratch.found.count == count && count < order.count
    let roundedLimit = tenDigits(limit)
    for place in scratch.found.indices {
      let distance = tenDigits(scratch.squares[place].squareRoot())
      guard distance <= roundedLimit else { continue }
      scratch.nearest.append(
        Neighbour(distance: distance, point: order[Int(scratch.found[place])]))
    }
    scratch.nearest.sort()
    guard isFull, scratch.nearest.count == count, let farthest = scratch.nearest.last else {
      return .infinity
    }
    return farthest.distance
  }

  /// The place in the leaves and the squared distance of the point nearest to `place`.
  ///
  /// - Parameter guess: a point whose distance already narrows the search.
  func nearestPoint(
    to place: Span<SIMD4<Double>>, guess: Int, using scratch: inout Scratch
  ) -> (point: Int, square: Double) {
    let points = points.span
    let boxes = boxes.span
    var best = guess
    var worst = PointTree.squaredDistance(place, toPoint: guess, points, blocks: blocks)
    sieve.aim(&scratch.aim, at: place)
    let aim = scratch.aim
    let from = aim.place.span
    let lanes = sieve.lanes.span
    var limit = SIMD4<Float>(repeating: aim.limit(worst.squareRoot() * sieve.scale))
    scratch.push(0, 0)
    while let (node, bound) = scratch.pop() {
      guard bound < worst else { continue }
      let here = nodes[node]
      if here.second < 0 {
        var group = Int(sieve.firstGroup[node])
        var start = Int(here.first)
        while start < Int(here.end) {
          let near =
            Sieve.squares(from, lanes, group: group, blocks: blocks) .<= limit
          if Sieve.isAny(near) {
            for lane in 0..<min(Sieve.width, Int(here.end) - start) where near[lane] {
              let point = start + lane
              let square = PointTree.squaredDistance(
                place, toPoint: point, points, blocks: blocks)
              if square < worst {
                worst = square
                best = point
                limit = SIMD4(repeating: aim.limit(worst.squareRoot() * sieve.scale))
              }
            }
          }
          group += 1
          start += Sieve.width
        }
        continue
      }
      let first = node + 1
      let second = Int(here.second)
      let toFirst = PointTree.squaredDistance(place, toBox: first, boxes, blocks: blocks)
      let toSecond = PointTree.squaredDistance(place, toBox: second, boxes, blocks: blocks)
      if toFirst <= toSecond {
        if toSecond < worst { scratch.push(second, toSecond) }
        if toFirst < worst { scratch.push(first, toFirst) }
      } else {
        if toFirst < worst { scratch.push(first, toFirst) }
        if toSecond < worst { scratch.push(second, toSecond) }
      }
    }
    return (best, worst)
  }

  /// A square that no distance within `limit` to ten digits reaches.
  static func squareBeyond(_ limit: Double) -> Double {
    guard limit < .infinity else { return .infinity }
    let beyond = limit * (1 + 1e-8)
    return (beyond * beyond).nextUp
  }
}

extension PointTree.Scratch {
  fileprivate mutating func add(_ square: Double, _ point: Int32) {
    squares.append(square)
    found.append(point)
    var child = squares.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard squares[parent] < square else { break }
      squares[child] = squares[parent]
      found[child] = found[parent]
      child = parent
    }
    squares[child] = square
    found[child] = point
  }

  fileprivate mutating func replaceFarthest(_ square: Double, _ point: Int32) {
    let count = squares.count
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < count else { break }
      if child + 1 < count, squares[child + 1] > squares[child] { child += 1 }
      guard squares[child] > square else { break }
      squares[parent] = squares[child]
      found[parent] = found[child]
      parent = child
    }
    squares[parent] = square
    found[parent] = point
  }
}
