internal import Designs
internal import LinearAlgebra
internal import Multilevel
internal import Tables

/// What is pooled of a model that was fitted to one completed data set.
struct CompletedFit: Sendable {
  let frame: ModelFrame
  let tests: [CoefficientTest]
  /// The covariance that the tests rest on.
  let covariance: Matrix
  let effects: [EffectSize]
  let tables: [TidyTable]
  let diagnostics: [Diagnostic]

  init(_ result: MultilevelStep.Result, _ frame: ModelFrame) {
    self.frame = frame
    tests = result.tests
    covariance = Self.covariance(result.tables, terms: result.tests.map(\.term))
    effects = result.effects
    tables = result.tables
    diagnostics = result.diagnostics
  }

  init(_ result: MultilevelStep.GeneralisedResult, _ frame: ModelFrame) {
    self.frame = frame
    tests = result.tests
    covariance = Self.covariance(result.tables, terms: result.tests.map(\.term))
    effects = []
    tables = result.tables
    diagnostics = result.diagnostics
  }

  func table(_ name: String) -> TidyTable? { tables.first { $0.name == name } }

  /// Linear and generalised models leave their covariance in the same table: upper triangle with diagonal.
  private static func covariance(_ tables: [TidyTable], terms: [String]) -> Matrix {
    var result = Matrix(rows: terms.count, columns: terms.count)
    let cells = tables.first { $0.name == "covariance" }?.column("covariance") ?? []
    var position = 0
    for i in terms.indices {
      for j in i..<terms.count {
        if position < cells.count, case .number(let value) = cells[position] {
          result[i, j] = value
          result[j, i] = value
        }
        position += 1
      }
    }
    return result
  }
}
