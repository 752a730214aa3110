extension NearestForest {
  /// The `count` nearest admitted units, nearest first, ties by row; fewer where there are fewer.
  mutating func nearest(_ count: Int, to focal: Int, where admits: (Int) -> Bool) -> [Neighbour] {
    var found: [Neighbour] = []
    // Squared distances beyond this cannot be among the nearest.
    var limit = Double.infinity
    visit(from: focal, within: { limit }) { unit, square in
      guard admits(unit) else { return }
      found.append(Neighbour(unit: unit, distance: rounded(square.squareRoot())))
      if found.count >= 2 * count + 16 {
        found.sort { ($0.distance, $0.unit) < ($1.distance, $1.unit) }
        found.removeSubrange(count...)
        let farthest = found[count - 1].distance
        limit = farthest * farthest * (1 + 1e-8)
      }
    }
    found.sort { ($0.distance, $0.unit) < ($1.distance, $1.unit) }
    if found.count > count { found.removeSubrange(count...) }
    return found
  }
}
