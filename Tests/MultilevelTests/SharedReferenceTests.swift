import Designs
import Foundation
import LinearAlgebra
import Multilevel
import Tables
import TestSupport
import Testing

/// Every linear fit of the shared reference: optima polished in R from lme4's own deviance, with BLUPs and
/// lmerTest's degrees of freedom at those optima.
@Suite(
  "Linear fits of the shared reference",
  .enabled(if: SharedReference.isPresent, Comment(rawValue: SharedReference.absence)))
struct SharedReferenceTests {
  struct Reference {
    let name: String
    let json: JSON
    let folder: URL
  }

  static let references: [String] = {
    guard let folder = SharedReference.folder?.appendingPathComponent("multilevel/fits"),
      let files = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    else { return [] }
    return files.filter { $0.hasSuffix("ML.json") && !$0.hasPrefix("GLMM") }.sorted()
  }()

  @Test("reference fit", arguments: references)
  func fit(_ file: String) throws {
    let folder = try #require(SharedReference.folder).appendingPathComponent("multilevel")
    let reference = try JSON(
      parsing: String(contentsOf: folder.appendingPathComponent("fits/" + file), encoding: .utf8))
    let data = try ReferenceData.shared(reference["dataset"]?.string ?? "", in: folder)
    let weighted = file.hasPrefix("sleepstudy_weighted")
    let formula = try #require(reference["formula"]?.string)
    let frame = try data.frame(formula, weights: weighted ? "weight" : nil)
    let isREML = file.hasSuffix("REML.json")
    let fit = try LinearMixedModel(criterion: isREML ? .reml : .ml).fit(frame)
    let errors = try FitErrors(fit, reference, folder: folder)
    #expect(errors.deviance <= 1e-7)
    #expect(errors.coefficients <= 1e-7)
    #expect(errors.standardErrors <= 1e-7)
    #expect(errors.covariance <= 1e-6)
    #expect(errors.theta <= 1e-6)
    #expect(errors.sigma <= 1e-7)
    #expect(errors.variances <= 1e-6)
    #expect(errors.information <= 1e-7)
    #expect(errors.modes <= 1e-6)
    #expect(errors.conditionalVariances <= 1e-6)
    #expect(errors.satterthwaite <= 1e-5)
    #expect(fit.certificate.holds)
    let isSingular = try #require(reference["lme4_default"]?["isSingular"])
    #expect(fit.isSingular == (isSingular == .bool(true)))
    if ProcessInfo.processInfo.environment["COUNTERPART_SHOW_ERRORS"] != nil {
      print(file, errors, fit.certificate, fit.trace.count)
    }
  }

  /// pbkrtest at the polished optimum; its numbers come from n × n matrices.
  @Test(
    "Kenward and Roger",
    arguments: [
      ("sleepstudy_full", "sleepstudy"), ("Penicillin", "Penicillin"), ("Pastes", "Pastes"),
      ("Oxboys", "Oxboys"), ("crtData_ri", "crtData"), ("Exam_ri_schgend", "Exam"),
    ])
  func kenwardRoger(_ name: String, _ dataSet: String) throws {
    let folder = try #require(SharedReference.folder).appendingPathComponent("multilevel")
    let all = try JSON(
      parsing: String(
        contentsOf: folder.appendingPathComponent("fits/INF_kenward_roger.json"), encoding: .utf8))
    let reference = try #require(all[name])
    let data = try ReferenceData.shared(dataSet, in: folder)
    let fit = try LinearMixedModel().fit(data.frame(#require(reference["formula"]?.string)))
    for (k, test) in try fit.tests(.kenwardRoger).enumerated() {
      let df = try #require(reference["ddf"]?[k]?.number)
      let variance = try #require(reference["vcov_adj"]?[k]?[k]?.number)
      #expect(isClose(test.degreesOfFreedom, df, relative: 1e-6))
      #expect(isClose(test.standardError, variance.squareRoot(), relative: 1e-7))
      if ProcessInfo.processInfo.environment["COUNTERPART_SHOW_ERRORS"] != nil {
        print(
          name, k, test.degreesOfFreedom / df - 1, test.standardError / variance.squareRoot() - 1)
      }
    }
  }
}

extension ReferenceData {
  /// A data set of the shared reference with its factor levels.
  static func shared(_ name: String, in folder: URL) throws -> ReferenceData {
    let metadata = try JSON(
      parsing: String(
        contentsOf: folder.appendingPathComponent("data/_metadata.json"), encoding: .utf8))
    var categories: [String: [String]] = [:]
    for (column, description) in metadata[name]?["columns"]?.object ?? [:]
    where ["factor", "ordered"].contains(description["type"]?.string) {
      categories[column] = description["levels"]?.array?.compactMap(\.string) ?? []
    }
    if name == "crtData" {
      categories["School"] = []
      categories["Intervention"] = ["0", "1"]
    }
    var data = try ReferenceData(
      folder.appendingPathComponent("data/\(name).csv"), categories: categories)
    if name == "Exam" {
      data = data.adding(Column("standLRT2", numbers: data.numbers("standLRT").map { 2 * $0 }))
    }
    if name == "sleepstudy" {
      let weights = [1, 2, 0.5]
      data = data.adding(
        Column("weight", numbers: (0..<data.table.rowCount).map { weights[$0 % 3] }))
    }
    return data
  }
}

/// The largest difference of each quantity from a reference; relative except for the deviance.
struct FitErrors: CustomStringConvertible {
  var deviance = 0.0
  var coefficients = 0.0
  var standardErrors = 0.0
  var covariance = 0.0
  var theta = 0.0
  var sigma = 0.0
  var variances = 0.0
  var information = 0.0
  var modes = 0.0
  var conditionalVariances = 0.0
  var satterthwaite = 0.0

  init(_ fit: LinearMixedModelFit, _ reference: JSON, folder: URL) throws {
    func number(_ key: String) throws -> Double { try #require(reference[key]?.number) }
    deviance = abs(fit.deviance - (try number("criterion")))
    for (k, name) in fit.coefficientNames.enumerated() {
      let value = try #require(reference["beta"]?[name]?.number)
      let error = try #require(reference["se"]?[name]?.number)
      // Relative to the estimate or its standard error: an estimate may be zero but for rounding.
      coefficients = max(
        coefficients, abs(fit.coefficients[k] - value) / max(abs(value), error))
      standardErrors = max(standardErrors, abs(fit.standardErrors[k] / error - 1))
      for j in fit.coefficientNames.indices {
        let entry = try #require(reference["vcov"]?["values"]?[k]?[j]?.number)
        covariance = max(
          covariance,
          abs(fit.covariance[k, j] - entry) / (fit.standardErrors[k] * fit.standardErrors[j]))
      }
    }
    let expected = try fit.lme4Theta(reference)
    theta = zip(fit.theta, expected).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 0
    #expect(expected.count == fit.theta.count)
    sigma = abs(fit.sigma / (try number("sigma")) - 1)
    information = max(
      abs(fit.logLikelihood / (try number("logLik")) - 1),
      max(abs(fit.aic / (try number("AIC")) - 1), abs(fit.bic / (try number("BIC")) - 1)))
    var used: [String: Int] = [:]
    for term in fit.terms {
      let seen = used[term.group, default: 0]
      used[term.group] = seen + 1
      let key = seen == 0 ? term.group : "\(term.group).\(seen)"
      let block = try #require(reference["varcomp"]?[key])
      for i in term.columns.indices {
        for j in term.columns.indices {
          let entry = try #require(block["cov"]?[i]?[j]?.number)
          variances = max(
            variances,
            abs(term.covariance[i, j] - entry)
              / max(
                fit.sigma * fit.sigma * 1e-3,
                (term.covariance[i, i] * term.covariance[j, j]).squareRoot()))
        }
      }
    }
    if let table = reference["satterthwaite"]?["table"]?["values"] {
      for (k, test) in try fit.tests(.satterthwaite).enumerated() {
        let df = try #require(table[k]?[2]?.number)
        satterthwaite = max(satterthwaite, abs(test.degreesOfFreedom / df - 1))
      }
    }
    let file = try #require(reference["ranef_csv"]?.string)
    let effects = try ReferenceData(
      folder.appendingPathComponent(file),
      categories: ["group": [], "level": [], "term": []])
    try compare(fit, effects)
  }

  private mutating func compare(_ fit: LinearMixedModelFit, _ effects: ReferenceData) throws {
    func text(_ name: String, _ row: Int) -> String {
      guard case .codes(let codes, let levels) = effects.table[name]?.storage else { return "" }
      return levels[Int(codes[row])]
    }
    let modes = effects.numbers("condmode")
    let variances = effects.numbers("condvar")
    for row in 0..<effects.table.rowCount {
      let factor = try #require(fit.factors.first { $0.name == text("group", row) })
      let level = try #require(factor.levels.firstIndex(of: text("level", row)))
      let column = try #require(factor.columns.firstIndex(of: text("term", row)))
      let deviation = max(variances[row].squareRoot(), 1e-3 * fit.sigma)
      self.modes = max(self.modes, abs(factor.modes[level, column] - modes[row]) / deviation)
      conditionalVariances = max(
        conditionalVariances,
        abs(factor.conditionalVariance(level: level, column: column) - variances[row])
          / (deviation * deviation))
    }
  }

  var description: String {
    "deviance \(deviance) coefficients \(coefficients) errors \(standardErrors) covariance "
      + "\(covariance) theta \(theta) sigma \(sigma) variances \(variances) information "
      + "\(information) modes \(modes) conditional \(conditionalVariances) satterthwaite \(satterthwaite)"
  }
}

extension LinearMixedModelFit {
  /// The reference's θ in the order of our terms: it is keyed by `group.column[.column]`.
  func lme4Theta(_ reference: JSON) throws -> [Double] {
    let values = try #require(reference["optimum"]?["theta"]?.object)
    return try terms.flatMap { term in
      try term.columns.indices.flatMap { j in
        try (j..<term.columns.count).map { i in
          let key =
            i == j
            ? "\(term.group).\(term.columns[i])"
            : "\(term.group).\(term.columns[i]).\(term.columns[j])"
          return try #require(values[key]?.number, "no \(key)")
        }
      }
    }
  }
}
