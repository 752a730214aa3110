internal import Designs
internal import LinearAlgebra
internal import StudyFiles
internal import Tables

/// Average predictions and average effects.
extension InferenceAnswers {
  private func counterfactuals() throws(MultilevelStep.InferenceError) -> Counterfactuals {
    do throws(ExpressionError) {
      return Counterfactuals(
        formula: try Formula(parsing: step.formula.text), frame: frame, data: data,
        table: step.data.text, options: try step.options(in: data))
    } catch {
      throw .study(SpecErrors(SpecError(error, in: step.formula, path: "\(path).formula")))
    }
  }

  /// Places an error about a changed column where the study names it.
  private func asking<Value>(
    _ key: String, at place: LocatedText, _ body: () throws -> Value
  ) throws(MultilevelStep.InferenceError) -> Value {
    do { return try body() } catch let error as ExpressionError {
      throw problem(.rule("\(error.reason)"), key, at: place.location)
    } catch let error as NameError {
      throw .study(SpecErrors(SpecError(error, at: place, path: "\(path).\(key)")))
    } catch { throw problem(.rule("\(error)"), key, at: place.location) }
  }

  mutating func predictions(
    _ inference: SmallSampleInference
  ) throws(MultilevelStep.InferenceError) {
    guard !asked.predictions.isEmpty else { return }
    let source = try counterfactuals()
    var rows: [PredictionRow] = []
    for (name, grid) in asked.predictions {
      let count = grid.reduce(1) { $0 * $1.values.count }
      for number in 0..<count {
        // The last column runs fastest.
        var rest = number
        var chosen: [LocatedText] = []
        for column in grid.reversed() {
          chosen.insert(column.values[rest % column.values.count], at: 0)
          rest /= column.values.count
        }
        let key = "predict.\(name.text)"
        let prediction = try asking(key, at: chosen[0]) {
          try source.prediction(
            zip(grid, chosen).map { ($0.column.text, .constant($1.text)) })
        }
        let text = zip(grid, chosen).map { "\($0.column.text) = \($1.text)" }
          .joined(separator: ", ")
        rows.append(
          PredictionRow(
            name: name.text, values: text, test: inference.test(prediction, named: text)))
      }
    }
    tables.append(TidyTable("predictions", rows))
  }

  mutating func margins(
    _ inference: SmallSampleInference
  ) throws(MultilevelStep.InferenceError) {
    guard !asked.margins.isEmpty else { return }
    let source = try counterfactuals()
    var rows: [MarginRow] = []
    for column in asked.margins {
      func prediction(
        _ change: Counterfactuals.Change
      ) throws(MultilevelStep.InferenceError) -> AveragePrediction {
        try asking("margins", at: column) { try source.prediction([(column.text, change)]) }
      }
      func add(_ contrast: String, _ difference: AveragePrediction) {
        rows.append(
          MarginRow(
            column: column.text, contrast: contrast,
            test: inference.test(difference, named: "\(column.text): \(contrast)")))
      }
      let levels = try asking("margins", at: column) { try source.levels(column.text) }
      if let first = levels.first {
        let base = try prediction(.constant(first))
        for level in levels.dropFirst() {
          add("\(level) - \(first)", .difference(try prediction(.constant(level)), base))
        }
        continue
      }
      let values = try asking("margins", at: column) { try source.numbers(column.text) }
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
    tables.append(TidyTable("margins", rows))
  }
}
