internal import Matching
internal import Reports
internal import Tables

/// What the report says of the checks of a match.
struct SensitivityReport {
  let step: String
  let match: String
  let result: SensitivityResult
  let labels: Labels

  var section: ReportSection {
    ReportSection(
      "How sensitive the comparison is", anchor: "sensitivity-\(step)",
      [.paragraph(opening)] + (tippingPoint.map { [.paragraph($0)] } ?? [])
        + AskedTables(step: step, tables: result.tables, captions: Self.captions).blocks)
  }

  private var opening: Prose {
    """
    Matching makes units alike in what was measured. These checks of \(code: match) ask what something \
    unmeasured, or another choice of design, could do to its answer.
    """
  }

  /// The least Γ* of the tests, in words.
  private var tippingPoint: Prose? {
    guard let table = result.tables.first(where: { $0.name == "tipping_points" }),
      let values = table.column("gamma_star")
    else { return nil }
    let found = values.compactMap { cell -> Double? in
      if case .number(let value) = cell { value } else { nil }
    }
    guard let least = found.min(), let most = found.max() else { return nil }
    let format = NumberFormat.significant(3)
    let range: Prose =
      least == most
      ? "\(strong: format.text(least))"
      : "\(strong: format.text(least)) to \(strong: format.text(most))"
    return """
      The finding would be lost if, between units that look alike, something unmeasured made treatment \
      \(range) times as likely for one as for the other and also decided the outcome.
      """
  }

  private static let captions: [(name: String, caption: String)] = [
    (
      "tipping_points",
      "The odds of treatment between alike units at which each test no longer rejects, Γ*"
    ),
    ("rosenbaum", "The p-value's bounds as those odds grow (Rosenbaum)"),
    ("amplification", "Γ* as the cause's ties to treatment (Λ) and to outcome (Δ)"),
    ("e_values", "How strongly a cause would have to go with both treatment and outcome (E-value)"),
    (
      "robustness",
      "How much of treatment and of outcome a cause would have to explain (robustness value)"
    ),
    ("benchmarks", "The estimate if a cause were so many times as strong as a measured covariate"),
    ("placebo", "Effects on what the treatment cannot have changed"),
    ("leave_one_out", "The effect without each group in turn"),
    ("specifications", "The effect under each design of the declared grid"),
    ("specification_curve", "The effect under each design of the declared grid"),
    ("curve", "The whole grid against what chance gives"),
  ]
}
