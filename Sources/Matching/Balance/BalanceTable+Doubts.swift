public import Tables

extension BalanceTable {
  /// Covariates that still differ between the arms after matching.
  ///
  /// Above 0.1 standard deviations is worth knowing; above 0.25 regression adjustment no longer removes the
  /// bias reliably (Rubin 2001, doi:10.1023/A:1020363010465), and a reader must know it.
  public var doubts: [Diagnostic] {
    let unbalanced = rows.filter {
      $0.stage == .after && !Self.scores.contains($0.covariate)
        && abs($0.standardisedDifference) > 0.1
    }
    let serious = unbalanced.filter { abs($0.standardisedDifference) > 0.25 }
    let slight = unbalanced.filter { abs($0.standardisedDifference) <= 0.25 }
    var doubts: [Diagnostic] = []
    if !serious.isEmpty {
      doubts.append(
        Diagnostic(
          .warning, code: "unbalanced",
          "after matching the arms still differ by more than 0.25 standard deviations in "
            + Self.list(serious) + ": match on it more closely, or adjust for it and say so"))
    }
    if !slight.isEmpty {
      doubts.append(
        Diagnostic(
          .note, code: "slightly-unbalanced",
          "after matching the arms still differ by more than 0.1 standard deviations in "
            + Self.list(slight)))
    }
    return doubts
  }

  private static func list(_ rows: [BalanceRow]) -> String {
    rows.map { row in
      let name = row.covariate + (row.level.map { " \($0)" } ?? "")
      return "`\(name)` (\((row.standardisedDifference * 100).rounded() / 100))"
    }.joined(separator: ", ")
  }
}
