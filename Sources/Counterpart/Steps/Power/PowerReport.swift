internal import Multilevel
internal import Reports
internal import Tables

/// What the report says of a design's power.
struct PowerReport {
  let step: String
  let settings: PowerStep
  let result: PowerStep.Result

  var answer: Answer? {
    let format = NumberFormat.decimals(2)
    let detectable = result.power.minimumDetectable
    let target = NumberFormat.percent(decimals: 0).text(settings.target)
    let sizes: Prose =
      "\(Int(result.power.groups.rounded())) groups with \(Int(result.power.rows.rounded())) members in all"
    guard let power = result.power.power, let effect = result.power.effect else {
      return Answer(
        """
        A design of \(sizes) finds a true effect of \(strong: format.text(detectable)) standard deviations with \
        a power of \(target).
        """)
    }
    return Answer(
      """
      A design of \(sizes) finds a true effect of \(effect, format) standard deviations with a power of \
      \(strong: NumberFormat.percent(decimals: 0).text(power)).
      """,
      details: [
        "With a power of \(target) it finds \(detectable, format) standard deviations or more."
      ])
  }

  var section: ReportSection {
    ReportSection(
      "What the design can find", anchor: "power-\(step)",
      [.paragraph(opening)]
        + AskedTables(step: step, tables: result.tables, captions: Self.captions).blocks)
  }

  private var opening: Prose {
    """
    Power is the share of studies of this design that would find the effect at the \
    \(settings.significance, .percent(decimals: 0)) level if it were there. It rests on the declared sizes, \
    intraclass correlations and shares explained.
    """
  }

  private static let captions: [(name: String, caption: String)] = [
    ("power", "Power and minimum detectable effect"),
    ("power_curve", "With fewer and with more groups"),
    ("power_simulated", "The same by simulated trials"),
  ]
}
