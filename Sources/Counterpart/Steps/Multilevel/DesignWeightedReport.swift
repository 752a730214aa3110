internal import Designs
internal import Multilevel
internal import Reports
internal import StudyFiles
internal import Tables

/// What the report says of a model with design weights: that its estimates are of the population the weights
/// stand for, and where its standard errors come from.
struct DesignWeightedReport {
  let step: String
  let settings: MultilevelStep
  let frame: ModelFrame
  let result: MultilevelStep.DesignResult
  let labels: Labels

  private var blocks: ModelBlocks {
    ModelBlocks(
      step: step, response: result.fit.responseName, asked: nil, frame: frame,
      tests: result.tests, tables: result.tables, labels: labels)
  }

  var section: ReportSection {
    ReportSection(
      "The model \(step)", anchor: "multilevel-\(step)",
      [.paragraph(opening), .table(blocks.rows)] + blocks.coefficients
        + [.table(blocks.variances)] + blocks.shares)
  }

  private var opening: Prose {
    """
    \(code: settings.formula.text) with design weights scaled by \(code: result.fit.scaling.rawValue), fitted by \
    weighted pseudo-likelihood to \(strong: NumberFormat.whole.text(result.fit.rowCount)) rows of \
    \(code: settings.data.text). Standard errors are a sandwich over the \
    \(NumberFormat.whole.text(result.fit.clusterCount)) groups of \(code: result.fit.clusterFactor), and tests have one \
    degree of freedom less than there are such groups. The pseudo-likelihood is no likelihood: its \
    differences test nothing.
    """
  }
}
