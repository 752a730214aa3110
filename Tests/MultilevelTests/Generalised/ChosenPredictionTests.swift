import Designs
import Foundation
import LinearAlgebra
import Multilevel
import Probability
import StudyFiles
import Tables
import TestSupport
import Testing

/// `predict` with a response that is not normal: rows with chosen values, averaged by hand.
@Suite struct ChosenPredictionTests {
  private static let count = 500
  private static let schools = 25

  private struct Sample {
    let data: DataSet
    let ses: [Double]
    let isGirl: [Bool]
  }

  private static let sample: Sample = {
    var random = RandomStream(Seed(19)["chosen"])
    let effect = (0..<schools).map { _ in (random.normal(), random.normal()) }
    let ses = (0..<count).map { _ in random.normal() }
    let isGirl = (0..<count).map { _ in random.uniform() < 0.5 }
    let passed = (0..<count).map { i -> Double in
      let own = effect[i % schools]
      let eta =
        0.2 + 0.7 * own.0 + (0.6 + 0.4 * own.1) * ses[i] + (isGirl[i] ? 0.5 - 0.3 * ses[i] : 0)
      return random.uniform() < PortableMath.logistic(eta) ? 1 : 0
    }
    var data = DataSet()
    data.set(
      Table(
        name: "pupils",
        columns: [
          Column("passed", numbers: passed), Column("ses", numbers: ses),
          Column(
            "sex", type: .category,
            storage: .codes(isGirl.map { $0 ? 1 : 0 }, levels: ["boy", "girl"])),
          Column(
            "school", type: .category,
            storage: .codes(
              (0..<count).map { Int32($0 % schools) }, levels: (0..<schools).map { "s\($0)" })),
        ]))
    return Sample(data: data, ses: ses, isGirl: isGirl)
  }()

  private func step(_ lines: String) throws -> MultilevelStep {
    let section = try Section(
      StudyDocument(
        yaml:
          "data: pupils\nformula: passed ~ ses * sex + (1 + ses | school)\nfamily: binomial\n"
          + lines, file: "study.yaml"
      ).root, expecting: "a step")
    try section.check(MultilevelStep.keys)
    return try MultilevelStep(from: section)
  }

  private func run(
    _ lines: String
  ) throws -> (fit: GeneralisedMixedFit, result: MultilevelStep.InferenceResult) {
    let step = try step(lines)
    let frame = try step.frame(in: Self.sample.data)
    let result = try step.run(frame, try #require(step.generalised))
    return (result.fit, try step.infer(from: result, frame, in: Self.sample.data))
  }

  private func numbers(_ column: String, _ table: TidyTable) throws -> [Double] {
    try #require(table.column(column)).map {
      if case .number(let value) = $0 { value } else { .nan }
    }
  }

  private func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  private func population(_ eta: Double, _ deviation: Double) -> Double {
    var (sum, total) = (0.0, 0.0)
    for k in -2000...2000 {
      let z = Double(k) * 0.004
      let weight = exp(-0.5 * z * z)
      sum += weight * logistic(eta + deviation * z)
      total += weight
    }
    return sum / total
  }

  /// A random slope moves with its column, and so do interactions; standard errors by moving the parameters.
  @Test func rowsAreMovedAndAveraged() throws {
    let (fit, result) = try run(
      "predict: {grid: {sex: [boy, girl], ses: [-1, 2]}, sexes: {sex: [girl]}}")
    let table = try #require(result.tables.first { $0.name == "chosen_predictions" })
    #expect(fit.coefficients.map(\.name) == ["(Intercept)", "ses", "sexgirl", "ses:sexgirl"])
    let cases: [(isGirl: Double, ses: Double?)] = [(0, -1), (0, 2), (1, -1), (1, 2), (1, nil)]

    func byHand(
      _ parameters: [Double], _ chosen: (isGirl: Double, ses: Double?), typical: Bool
    )
      -> Double
    {
      let (theta, b) = (Array(parameters[..<3]), Array(parameters[3...]))
      func value(_ ses: Double) -> Double {
        let eta = b[0] + b[1] * ses + chosen.isGirl * (b[2] + b[3] * ses)
        guard !typical else { return logistic(eta) }
        let first = theta[0] + theta[1] * ses
        return population(eta, (first * first + theta[2] * theta[2] * ses * ses).squareRoot())
      }
      if let ses = chosen.ses { return value(ses) }
      return Self.sample.ses.map(value).reduce(0, +) / Double(Self.count)
    }

    let scales = try #require(table.column("scale"))
    let estimates = try numbers("estimate", table)
    let errors = try numbers("std_error", table)
    let parameters = fit.theta + fit.coefficients.map(\.estimate)
    var row = 0
    for chosen in cases {
      for typical in [false, true] {
        #expect(scales[row] == .text(typical ? "typical" : "population"))
        let gradient = parameters.indices.map { k -> Double in
          var (above, below) = (parameters, parameters)
          above[k] += 1e-4
          below[k] -= 1e-4
          return (byHand(above, chosen, typical: typical) - byHand(below, chosen, typical: typical))
            / 2e-4
        }
        let error = dot(gradient, fit.jointCovariance * gradient).squareRoot()
        #expect(
          isClose(estimates[row], byHand(parameters, chosen, typical: typical), absolute: 1e-7))
        #expect(isClose(errors[row], error, relative: 1e-4))
        row += 1
      }
    }
    #expect(table.rows.count == row)
  }

  @Test func valuesThatDoNotFitAreLocated() throws {
    for (line, place) in [
      ("predict: {p: {sex: [other]}}", "study.yaml:4:21:"),
      ("predict: {p: {ses: [high]}}", "study.yaml:4:21:"),
    ] {
      do {
        _ = try run(line)
        Issue.record("no error for \(line)")
      } catch { #expect("\(error)".contains(place), "\(error)") }
    }
  }
}
