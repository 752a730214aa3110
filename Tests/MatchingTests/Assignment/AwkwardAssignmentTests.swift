import LinearAlgebra
import Matching
import Probability
import TestSupport
import Testing

@Suite struct AwkwardAssignmentTests {
  private let none = Matrix(rows: 2, columns: 0)
  private let some = Matrix(rows: 2, columns: [[0, 1], [1, 1], [5, 2]])

  @Test func emptyArmsGiveEmptyMatches() throws {
    let rules = try PairRules()
    for (treated, controls) in [(none, some), (some, none), (none, none)] {
      let pairs = try SpatialPairs(treated: treated, controls: controls, ratio: 2, rules: rules)
        .solve()
      #expect(pairs.pairs.isEmpty)
      #expect(pairs.unmatchedTreated.count == treated.columns)
      #expect(pairs.certificate.proves(within: 0))
      let full = try SpatialFull(treated: treated, controls: controls, rules: rules).solve()
      #expect(full.sets.isEmpty)
      #expect(full.unmatchedTreated.count == treated.columns)
      #expect(full.unmatchedControls.count == controls.columns)
    }
    for (treated, controls) in [([], [1.0, 2]), ([1.0, 2], []), ([], [])] {
      let pairs = try LinePairs(treated: treated, controls: controls, ratio: 1, rules: rules)
        .solve()
      #expect(pairs.pairs.isEmpty && pairs.unmatchedTreated.count == treated.count)
      let full = try LineFull(treated: treated, controls: controls, rules: rules).solve()
      #expect(full.sets.isEmpty && full.unmatchedControls.count == controls.count)
    }
  }

  @Test func nothingAllowedIsNoPair() throws {
    let rules = try PairRules(permits: { _, _ in false })
    let pairs = try SpatialPairs(treated: some, controls: some, ratio: 1, rules: rules).solve()
    #expect(pairs.pairs.isEmpty && pairs.unmatchedTreated == [0, 1, 2])
    #expect(pairs.certificate.proves(within: 0) && pairs.isUnique)
    let full = try SpatialFull(treated: some, controls: some, rules: rules).solve()
    #expect(full.sets.isEmpty && full.unmatchedControls == [0, 1, 2])
    let apart = try PairRules(treatedStrata: [1, 1, 1], controlStrata: [2, 2, 2])
    #expect(
      try SpatialPairs(treated: some, controls: some, ratio: 1, rules: apart).solve().pairs.isEmpty)
  }

  @Test func wrongInputIsNamed() throws {
    let rules = try PairRules()
    #expect(throws: AssignmentError.negativeCaliper(-1)) { try PairRules(caliper: -1) }
    #expect(throws: AssignmentError.ratioBelowOne(0)) {
      try LinePairs(treated: [1], controls: [1], ratio: 0, rules: rules)
    }
    #expect(throws: AssignmentError.notFinite(arm: .control, unit: 1, value: .infinity)) {
      try LinePairs(treated: [1], controls: [1, .infinity], ratio: 1, rules: rules)
    }
    #expect(throws: AssignmentError.dimensions(treated: 2, controls: 1)) {
      try SpatialFull(treated: some, controls: Matrix(rows: 1, columns: 3), rules: rules)
    }
    #expect(throws: AssignmentError.strata(arm: .control, found: 0, expected: 3)) {
      try SpatialPairs(
        treated: some, controls: some, ratio: 1, rules: PairRules(treatedStrata: [1, 1, 1]))
    }
  }

  @Test func allUnitsInOnePlace() throws {
    let rules = try PairRules()
    let treated = Matrix(rows: 3, columns: 40, repeating: 2)
    let controls = Matrix(rows: 3, columns: 90, repeating: 2)
    let pairs = try SpatialPairs(treated: treated, controls: controls, ratio: 3, rules: rules)
      .solve()
    #expect(pairs.pairs.count == 90 && pairs.unmatchedTreated.isEmpty)
    #expect(pairs.totalDistance == 0 && pairs.certificate.proves(within: 0) && !pairs.isUnique)
    let full = try SpatialFull(treated: treated, controls: controls, rules: rules).solve()
    #expect(full.unmatchedTreated.isEmpty && full.unmatchedControls.isEmpty)
    #expect(full.totalDistance == 0 && !full.isUnique)
    let line = try LinePairs(
      treated: Array(repeating: 1, count: 40), controls: Array(repeating: 1, count: 30), ratio: 1,
      rules: rules
    ).solve()
    #expect(line.pairs.count == 30 && line.unmatchedTreated.count == 10)
  }

  @Test func orderOfRowsLeavesTheTotal() throws {
    for number in 0..<40 {
      var stream = RandomStream(Seed(17)["rows"], replicate: UInt32(number))
      let problem = AssignmentCase(
        2 * number, dimensions: 3, treated: 60, controls: 90, ratio: 2, isPlain: true)
      func shuffled(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        for i in stride(from: count - 1, to: 0, by: -1) {
          order.swapAt(i, stream.index(below: i + 1))
        }
        return order
      }
      func columns(_ matrix: Matrix, _ order: [Int]) -> Matrix {
        matrix.selecting(rows: [0, 1, 2], columns: order)
      }
      let rows = shuffled(problem.treated.columns)
      let others = shuffled(problem.controls.columns)
      let rules = try PairRules(caliper: number % 3 == 0 ? 2 : .infinity)
      let plain = try SpatialPairs(
        treated: problem.treated, controls: problem.controls, ratio: problem.ratio, rules: rules
      ).solve()
      let turned = try SpatialPairs(
        treated: columns(problem.treated, rows), controls: columns(problem.controls, others),
        ratio: problem.ratio, rules: rules
      ).solve()
      #expect(plain.pairs.count == turned.pairs.count)
      #expect(isClose(plain.totalDistance, turned.totalDistance, relative: 1e-9, absolute: 1e-12))
      #expect(plain.isUnique == turned.isUnique)
      let full = try SpatialFull(
        treated: problem.treated, controls: problem.controls, rules: rules
      ).solve()
      let fullTurned = try SpatialFull(
        treated: columns(problem.treated, rows), controls: columns(problem.controls, others),
        rules: rules
      ).solve()
      #expect(
        isClose(full.totalDistance, fullTurned.totalDistance, relative: 1e-9, absolute: 1e-12))
    }
  }
}
