internal import LinearAlgebra
internal import StudyFiles
internal import Tables

/// Average predictions and average effects.
extension InferenceAnswers {
  mutating func predictions(
    _ inference: SmallSampleInference
  ) throws(MultilevelStep.InferenceError) {
    guard !asked.predictions.isEmpty else { return }
    let rows = try questions.predictions { name, values, frame in
      [
        PredictionRow(
          name: name, values: values,
          test: inference.test(AveragePrediction(frame), named: values))
      ]
    }
    questions.add(TidyTable("predictions", rows))
  }

  mutating func margins(
    _ inference: SmallSampleInference
  ) throws(MultilevelStep.InferenceError) {
    guard !asked.margins.isEmpty else { return }
    let source = try questions.counterfactuals()
    var rows: [MarginRow] = []
    for column in asked.margins {
      func prediction(
        _ change: Counterfactuals.Change
      ) throws(MultilevelStep.InferenceError) -> AveragePrediction {
        try questions.asking("margins", at: column) {
          try source.prediction([(column.text, change)])
        }
      }
      func add(_ contrast: String, _ difference: AveragePrediction) {
        rows.append(
          MarginRow(
            column: column.text, contrast: contrast,
            test: inference.test(difference, named: "\(column.text): \(contrast)")))
      }
      let levels = try questions.asking("margins", at: column) { try source.levels(column.text) }
      if let first = levels.first {
        let base = try prediction(.constant(first))
        for level in levels.dropFirst() {
          add("\(level) - \(first)", .difference(try prediction(.constant(level)), base))
        }
        continue
      }
      let values = try questions.asking("margins", at: column) { try source.numbers(column.text) }
      if values.allSatisfy({ $0 == 0 || $0 == 1 }) {
        add("1 - 0", .difference(try prediction(.constant("1")), try prediction(.constant("0"))))
        continue
      }
      // Differences to either side: exact for a straight line or a parabola.
      let mean = values.reduce(0, +) / Double(values.count)
      let deviation =
        (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
      let step = 1e-4 * (deviation > 0 ? deviation : 1)
      add(
        "slope",
        .difference(try prediction(.shift(step)), try prediction(.shift(-step)), over: 2 * step))
    }
    questions.add(TidyTable("margins", rows))
  }
}
