internal import StudyFiles

extension ChoiceDocumentation {
  /// Of an effect on ties: its statistic, and by what a tie changes it.
  init(summary: String, formula statistic: String, change: String, reference: String) {
    self.init(
      summary: summary, formula: "\(statistic)\n  change by a tie to j: \(change)",
      reference: reference)
  }

  /// Of an effect on behaviour: its statistic, and by what a step *e* = 1 or −1 of *z_i* changes it.
  init(summary: String, formula statistic: String, step: String, reference: String) {
    self.init(
      summary: summary, formula: "\(statistic)\n  change by a step e = 1 or -1 of z_i: \(step)",
      reference: reference)
  }
}
