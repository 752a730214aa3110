/// Every way of giving a few treated units up to `ratio` controls each: what is best, and in how many ways.
struct PairEnumeration {
  let distance: [[Double?]]
  let ratio: Int
  let controls: Int
  private(set) var served: [Int] = []
  private(set) var total = Double.infinity
  private(set) var ways = 0

  init(_ distance: [[Double?]], ratio: Int, controls: Int) {
    self.distance = distance
    self.ratio = ratio
    self.controls = controls
    visit(0, taken: 0, counts: [], total: 0)
  }

  private mutating func visit(_ unit: Int, taken: Int, counts: [Int], total: Double) {
    guard unit < distance.count else {
      let served = (1...ratio).map { tier in counts.filter { $0 >= tier }.count }
      let isBetter =
        self.served.isEmpty || self.served.lexicographicallyPrecedes(served)
        || (served == self.served && total < self.total - 1e-9)
      if isBetter {
        self.served = served
        self.total = total
        ways = 1
      } else if served == self.served, abs(total - self.total) <= 1e-9 {
        ways += 1
      }
      return
    }
    for subset in 0..<(1 << controls) where subset & taken == 0 && subset.nonzeroBitCount <= ratio {
      let chosen = (0..<controls).filter { subset >> $0 & 1 == 1 }
      let distances = chosen.compactMap { distance[unit][$0] }
      guard distances.count == chosen.count else { continue }
      visit(
        unit + 1, taken: taken | subset, counts: counts + [chosen.count],
        total: total + distances.reduce(0, +))
    }
  }
}
