internal import Tables

/// A bar of the score's distribution in one arm.
struct OverlapRow: TidyRow {
  let stage: BalanceRow.Stage
  let arm: Arm
  let low: Double
  let high: Double
  let share: Double

  static let schema = [
    Field("stage", "before or after matching"),
    Field("arm", "treated or control"),
    Field("low", "lower end of the bar, in score units"),
    Field("high", "upper end of the bar"),
    Field("share", "share of the arm's weight in the bar"),
  ]

  var cells: [Cell] {
    [.text(stage.rawValue), .text(arm.rawValue), .number(low), .number(high), .number(share)]
  }
}

extension MatchOutcome {
  /// The arms' distribution of the score in `bars` bars of equal width over the range of all.
  func overlap(bars: Int = 30) -> TidyTable? {
    guard let score else { return nil }
    let units = complete
    guard let least = units.map({ score[$0] }).min(), let most = units.map({ score[$0] }).max(),
      most > least
    else { return nil }
    let width = (most - least) / Double(bars)
    var rows: [OverlapRow] = []
    for stage in [BalanceRow.Stage.before, .after] {
      for arm in Arm.allCases {
        var shares = [Double](repeating: 0, count: bars)
        var total = 0.0
        for unit in units where Arm(treated: candidates.treated[unit]) == arm {
          let weight = stage == .before ? 1 : sample.weights[unit]
          shares[min(bars - 1, Int((score[unit] - least) / width))] += weight
          total += weight
        }
        for (bar, share) in shares.enumerated() {
          rows.append(
            OverlapRow(
              stage: stage, arm: arm, low: least + Double(bar) * width,
              high: least + Double(bar + 1) * width, share: share / total))
        }
      }
    }
    return TidyTable("overlap", rows)
  }
}
