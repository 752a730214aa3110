import Foundation
import Matching
import Tables
import TestSupport

/// A comma-separated file whose quotes hold no commas, as the reference results are.
struct ReferenceFile {
  let names: [String]
  let rows: [[String]]

  init(_ url: URL) throws {
    let text = try String(contentsOf: url, encoding: .utf8).replacingOccurrences(
      of: "\"", with: "")
    let lines = text.split(whereSeparator: \.isNewline).map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    names = lines[0]
    rows = Array(lines.dropFirst())
  }

  func texts(_ name: String) throws -> [String] {
    guard let column = names.firstIndex(of: name) else { throw MissingColumn(name: name) }
    return rows.map { $0[column] }
  }

  func numbers(_ name: String) throws -> [Double] { try texts(name).map { Double($0) ?? .nan } }

  struct MissingColumn: Error { let name: String }
}

/// One of the two reference data sets with the covariates of its propensity model.
struct ReferenceData {
  let folder: URL
  let names: [String]
  let treated: [Bool]
  let covariates: [Covariate]
  let adjust: [Covariate]
  let outcome: Covariate
  let file: ReferenceFile

  static func lalonde(in folder: URL) throws -> ReferenceData {
    let file = try ReferenceFile(folder.appendingPathComponent("lalonde.csv"))
    let covariates = try ["age", "educ", "race", "married", "nodegree", "re74", "re75"].map {
      try column($0, of: file)
    }
    return ReferenceData(
      folder: folder.appendingPathComponent("lalonde"), names: try file.texts("id"),
      treated: try file.numbers("treat").map { $0 == 1 }, covariates: covariates,
      adjust: covariates, outcome: try column("re78", of: file), file: file)
  }

  static func schools(in folder: URL) throws -> ReferenceData {
    let file = try ReferenceFile(folder.appendingPathComponent("hsb_schools.csv"))
    let names = ["n", "mean_ses", "sd_ses", "minority_share", "female_share"]
    return ReferenceData(
      folder: folder.appendingPathComponent("hsb"), names: try file.texts("school"),
      treated: try file.numbers("treat").map { $0 == 1 },
      covariates: try names.map { try column($0, of: file) },
      adjust: try ["mean_ses", "minority_share"].map { try column($0, of: file) },
      outcome: try column("mach", of: file), file: file)
  }

  static func column(_ name: String, of file: ReferenceFile) throws -> Covariate {
    let numbers = try file.numbers(name)
    guard numbers.contains(where: \.isNaN) else { return Covariate(name, .numbers(numbers)) }
    let texts = try file.texts(name)
    let levels = Set(texts).sorted()
    return Covariate(
      name,
      .factor(
        codes: texts.map { text in Int32(levels.firstIndex(of: text) ?? -1) }, levels: levels))
  }

  func candidates(exact: [String] = [], measured: [String] = []) throws -> Candidates {
    Candidates(
      treated: treated, covariates: covariates,
      exact: try exact.map { try Self.column($0, of: file) },
      measured: try measured.map { try Self.column($0, of: file) })
  }
}
