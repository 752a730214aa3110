internal import Probability
internal import Regression
internal import Tables

/// The joint test of a specification curve: its median, how many specifications share the sign of most, and
/// how many of those are significant, against redistributed outcomes.
struct JointPermutation {
  /// Two-sided, one a specification.
  let pValues: [Double]
  let rows: [CurveRow]

  /// - Parameter coefficients: for each specification one a row of the match's table.
  init(
    _ coefficients: [[Double]], context: SensitivityContext, rowCount: Int, draws: Int,
    alpha: Double
  ) throws(MatchingError) {
    let used = (0..<rowCount).filter { row in coefficients.contains { $0[row] != 0 } }
    let null = try NullOutcome(context, rows: used)
    let shortened = coefficients.map { one in used.map { one[$0] } }
    @Sendable func estimates(_ y: [Double]) -> [Double] {
      shortened.map { one in
        var sum = 0.0
        for i in one.indices { sum += one[i] * y[i] }
        return sum
      }
    }
    let actual = estimates(null.outcome)
    let seed = context.seed["specification-curve"]
    let redistributed = replicate(draws, threads: context.threads) { draw in
      var stream = RandomStream(seed, replicate: UInt32(truncatingIfNeeded: draw))
      return estimates(null.draw(using: &stream))
    }
    let all = [actual] + redistributed
    let count = actual.count
    let total = Double(all.count)
    // The p-value of each specification in each draw is its rank among all draws.
    var significant = [[Bool]](
      repeating: [Bool](repeating: false, count: count), count: all.count)
    var own: [Double] = []
    for k in 0..<count {
      let sizes = all.map { tenDigits(abs($0[k])) }
      let sorted = sizes.sorted()
      for (draw, size) in sizes.enumerated() {
        var low = 0
        var high = sorted.count
        while low < high {
          let middle = (low + high) / 2
          if sorted[middle] < size { low = middle + 1 } else { high = middle }
        }
        let p = Double(sorted.count - low) / total
        significant[draw][k] = p <= alpha
        if draw == 0 { own.append(p) }
      }
    }
    pValues = own
    func summary(_ draw: Int) -> (median: Double, sign: Int, significant: Int) {
      let values = all[draw]
      let positive = values.count { $0 > 0 }
      let negative = values.count { $0 < 0 }
      let isPositive = positive >= negative
      let shown = values.indices.count { k in
        significant[draw][k] && (values[k] > 0) == isPositive
      }
      return (quantile(values.sorted(), 0.5), max(positive, negative), shown)
    }
    let summaries = all.indices.map(summary)
    let first = summaries[0]
    func share(_ isAsExtreme: ((median: Double, sign: Int, significant: Int)) -> Bool) -> Double {
      Double(summaries.count(where: isAsExtreme)) / total
    }
    rows = [
      CurveRow(
        statistic: "median", value: first.median, specifications: count,
        pValue: share { abs($0.median) >= abs(first.median) * (1 - 1e-10) }),
      CurveRow(
        statistic: "same-sign", value: Double(first.sign), specifications: count,
        pValue: share { $0.sign >= first.sign }),
      CurveRow(
        statistic: "significant", value: Double(first.significant), specifications: count,
        pValue: share { $0.significant >= first.significant }),
    ]
  }
}

/// The outcome under the hypothesis of no effect: what covariates explain of it, and residuals to move.
struct NullOutcome: Sendable {
  let outcome: [Double]
  private let fitted: [Double]
  private let residuals: [Double]
  /// Rows of each group that was assigned as one; `nil` where units are assigned singly.
  private let groups: [[Int]]?

  /// - Parameter rows: of the match's table.
  init(_ context: SensitivityContext, rows: [Int]) throws(MatchingError) {
    let selected = rows.map(Int32.init)
    guard case .numbers(let y)? = context.columns.outcome?.selecting(selected).values else {
      throw .noOutcome(arm: .treated, outcome: context.outcome.name)
    }
    var covariates = context.columns.covariates
    covariates += context.columns.adjust.filter { one in
      !covariates.contains { $0.name == one.name }
    }
    let own = covariates.map { $0.selecting(selected) }
    let complete = rows.indices.filter { row in !own.contains { $0.isMissing(row) } }
    var fitted = [Double](repeating: 0, count: rows.count)
    var mean = 0.0
    for value in y { mean += value / Double(y.count) }
    for row in rows.indices { fitted[row] = mean }
    if !complete.isEmpty {
      var design = Design(interceptFor: complete.count)
      for covariate in own {
        let found = covariate.indicators(for: complete)
        for (position, column) in found.enumerated() where column.level == nil || position > 0 {
          design.add(column.name, column.values)
        }
      }
      do throws(RegressionError) {
        let model = try LeastSquares(design, response: complete.map { y[$0] })
        for (position, row) in complete.enumerated() {
          fitted[row] = y[row] - model.residuals[position]
        }
      } catch { throw .effect(error) }
    }
    outcome = y
    self.fitted = fitted
    residuals = zip(y, fitted).map { $0 - $1 }
    guard let all = context.match.inputs.groups else {
      groups = nil
      return
    }
    var position: [Int32: Int] = [:]
    var members: [[Int]] = []
    for (row, code) in rows.map({ all[$0] }).enumerated() {
      if code >= 0, let known = position[code] {
        members[known].append(row)
      } else {
        if code >= 0 { position[code] = members.count }
        members.append([row])
      }
    }
    groups = members
  }

  func draw(using stream: inout RandomStream) -> [Double] {
    var moved = residuals
    if let groups {
      for group in groups where stream.uniform() < 0.5 {
        for row in group { moved[row] = -moved[row] }
      }
    } else {
      for i in stride(from: moved.count - 1, to: 0, by: -1) {
        moved.swapAt(i, stream.index(below: i + 1))
      }
    }
    return zip(fitted, moved).map { $0 + $1 }
  }
}

/// A row of `specification_curve`.
struct CurveRow: TidyRow {
  let statistic: String
  let value: Double
  let specifications: Int
  let pValue: Double

  static let schema = [
    Field(
      "statistic", "median estimate; specifications of the same sign; of these, those significant"),
    Field("value", "what was found"),
    Field("specifications", "how many gave an estimate"),
    Field("p_value", "share of redistributed outcomes with as much or more"),
  ]

  var cells: [Cell] { [.text(statistic), .number(value), .count(specifications), .number(pValue)] }
}
