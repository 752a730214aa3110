/// Schools by squares of a grid, for finding the nearest one that will do.
///
/// - Complexity: O(*n*) to build; a search looks at squares in rings around the school until no nearer one can
///   follow.
package struct PlaceGrid: Sendable {
  private let locations: Locations
  private let side: Double
  private let columns: Int
  private let rows: Int
  private let west: Double
  private let south: Double
  private let starts: [Int32]
  private let members: [Int32]

  /// - Parameter locations: all known.
  package init(_ locations: Locations) {
    self.locations = locations
    let (x, y) = (locations.eastings, locations.northings)
    west = x.min() ?? 0
    south = y.min() ?? 0
    let (width, height) = ((x.max() ?? 0) - west, (y.max() ?? 0) - south)
    // About four schools a square.
    let area = max(width, 0.001) * max(height, 0.001)
    side = max(0.01, (area * 4 / Double(max(1, locations.count))).squareRoot())
    columns = min(4096, Int(width / side) + 1)
    rows = min(4096, Int(height / side) + 1)
    var counts = [Int32](repeating: 0, count: columns * rows + 1)
    var cells = [Int](repeating: 0, count: locations.count)
    for school in 0..<locations.count {
      let cell =
        min(rows - 1, Int((y[school] - south) / side)) * columns
        + min(columns - 1, Int((x[school] - west) / side))
      cells[school] = cell
      counts[cell + 1] += 1
    }
    for cell in 0..<(columns * rows) { counts[cell + 1] += counts[cell] }
    starts = counts
    var members = [Int32](repeating: 0, count: locations.count)
    for school in 0..<locations.count {
      members[Int(counts[cells[school]])] = Int32(school)
      counts[cells[school]] += 1
    }
    self.members = members
  }

  /// The nearest other school within `radius` kilometres that will do; the first in order among equals.
  package func nearest(
    to school: Int, within radius: Double, where suits: (Int) -> Bool
  ) -> Int? {
    var best: (distance: Double, school: Int)?
    visit(around: school, within: radius) { ring, other in
      guard let other else { return best.map { $0.distance <= ring } ?? false }
      let distance = locations.distance(school, other)
      guard other != school, distance <= radius, suits(other) else { return false }
      if let known = best, (known.distance, known.school) <= (distance, other) { return false }
      best = (distance, other)
      return false
    }
    return best?.school
  }

  /// All other schools within `radius` kilometres, ascending.
  package func schools(near school: Int, within radius: Double) -> [Int] {
    var found: [Int] = []
    visit(around: school, within: radius) { _, other in
      if let other, other != school, locations.distance(school, other) <= radius {
        found.append(other)
      }
      return false
    }
    return found.sorted()
  }

  /// Calls `visitor` with each school of the rings around one, and before each ring with nothing and the least
  /// distance that schools of that ring and later ones have; stops where it answers yes.
  private func visit(
    around school: Int, within radius: Double, _ visitor: (Double, Int?) -> Bool
  ) {
    let (x, y) = (locations.eastings[school], locations.northings[school])
    let column = min(columns - 1, Int((x - west) / side))
    let row = min(rows - 1, Int((y - south) / side))
    for ring in 0..<max(columns, rows) {
      let least = max(0, Double(ring - 1)) * side
      if least > radius || visitor(least, nil) { return }
      for r in (row - ring)...(row + ring) where r >= 0 && r < rows {
        let edge = r == row - ring || r == row + ring
        for c in stride(
          from: column - ring, through: column + ring, by: edge || ring == 0 ? 1 : 2 * ring)
        where c >= 0 && c < columns {
          let cell = r * columns + c
          for k in starts[cell]..<starts[cell + 1] where visitor(least, Int(members[Int(k)])) {
            return
          }
        }
      }
    }
  }
}
