import LinearAlgebra
import Matching
import Probability

/// A random small assignment problem, with ties, doubled rows, calipers and forbidden pairs.
struct AssignmentCase {
  let treated: Matrix
  let controls: Matrix
  let ratio: Int
  let caliper: Double
  let treatedStrata: [Int32]
  let controlStrata: [Int32]
  let forbidden: Set<Int>

  /// - Parameter isPlain: no forbidden pairs, as where a line is solved by its order.
  init(
    _ number: Int, dimensions: Int, treated n1: Int, controls n0: Int, ratio largest: Int,
    isPlain: Bool = false
  ) {
    var stream = RandomStream(
      Seed(91)["assignment"], replicate: UInt32(number), entity: UInt32(dimensions))
    let treatedCount = stream.index(below: n1 + 1)
    let controlCount = stream.index(below: n0 + 1)
    // Whole numbers give ties and doubled rows; every third case has none.
    let hasTies = number % 3 != 0
    let spread = 2 + stream.index(below: 8)
    func points(_ count: Int, shift: Double) -> Matrix {
      var elements: [Double] = []
      for _ in 0..<count * dimensions {
        elements.append(
          hasTies
            ? Double(stream.index(below: spread)) + shift : stream.normal() * 3 + shift)
      }
      return Matrix(rows: dimensions, columns: count, elements: elements)
    }
    treated = points(treatedCount, shift: number % 5 == 0 ? 2 : 0)
    controls = points(controlCount, shift: 0)
    ratio = 1 + stream.index(below: largest)
    caliper = number % 2 == 0 ? .infinity : Double(stream.index(below: 4)) + (hasTies ? 0 : 0.3)
    if number % 7 == 0 {
      treatedStrata = (0..<treatedCount).map { _ in Int32(stream.index(below: 3)) }
      controlStrata = (0..<controlCount).map { _ in Int32(stream.index(below: 3)) }
    } else {
      treatedStrata = []
      controlStrata = []
    }
    var forbidden: Set<Int> = []
    if !isPlain, number % 4 == 1 || number % 11 == 0 {
      let share = number % 11 == 0 ? 1.0 : 0.5
      for pair in 0..<treatedCount * controlCount where stream.uniform() < share {
        forbidden.insert(pair)
      }
    }
    self.forbidden = forbidden
  }

  var rules: PairRules {
    get throws {
      let forbidden = forbidden
      let columns = controls.columns
      let permits: @Sendable (Int, Int) -> Bool = { !forbidden.contains($0 * columns + $1) }
      return try PairRules(
        caliper: caliper, treatedStrata: treatedStrata,
        controlStrata: controlStrata, permits: forbidden.isEmpty ? nil : permits)
    }
  }

  /// All distances; `nil` where a pair is not allowed.
  var distances: [[Double?]] {
    (0..<treated.columns).map { i in
      (0..<controls.columns).map { j in
        var sum = 0.0
        for k in 0..<treated.rows {
          sum += (treated[k, i] - controls[k, j]) * (treated[k, i] - controls[k, j])
        }
        let distance = sum.squareRoot()
        if distance > caliper || forbidden.contains(i * controls.columns + j) { return nil }
        if !treatedStrata.isEmpty, treatedStrata[i] != controlStrata[j] { return nil }
        return distance
      }
    }
  }
}

extension PairAssignment {
  /// Treated units with at least 1, at least 2, … controls.
  func served(ratio: Int, treated: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: treated)
    for pair in pairs { counts[pair.treated] += 1 }
    return (1...ratio).map { tier in counts.filter { $0 >= tier }.count }
  }
}
