import Counterpart
import Foundation
import Probability
import StudyFiles
import Tables
import Testing

/// Steps that impute, and models that are fitted to what they complete.
@Suite struct ImputedModelTests {
  /// Ninety pupils of nine schools; with `holes` every fourth score and every fifth status is missing.
  private static func files(holes: Bool, steps: String) -> [String: String] {
    var random = RandomStream(Seed(12))
    var pupils = "pupil,school,score,status,passed\n"
    for school in 0..<9 {
      let u = 0.6 * random.normal()
      for k in 0..<10 {
        let pupil = 10 * school + k
        let status = random.normal()
        let score = 3 + 0.7 * status + u + random.normal()
        let passed = score + random.normal() > 3
        pupils += "\(pupil),\(school),\(holes && pupil % 4 == 1 ? "" : "\(score)"),"
        pupils += "\(holes && pupil % 5 == 2 ? "" : "\(status)"),\(passed)\n"
      }
    }
    let schools = "school,size\n" + (0..<9).map { "\($0),\(200 + 37 * $0 % 90)\n" }.joined()
    return [
      "pupils.csv": pupils, "schools.csv": schools,
      "study.yaml": """
      counterpart: 1
      title: A study
      seed: 5
      data:
        schools: {file: schools.csv, key: school}
        pupils: {file: pupils.csv, key: pupil, link: {school: schools.school}}
      prepare:
        pupils: {double: 2 * status}
      steps:
        complete:
          impute: {data: pupils, columns: {score: normal, status: normal}, using: [passed, size], group: school, imputations: 5, iterations: 3}
      \(steps)
      """,
    ]
  }

  private static func folder(_ files: [String: String]) throws -> String {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpart-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, text) in files {
      try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    }
    return folder
  }

  /// Runs the study and gives its tables as text, and the text of `results.json`.
  private func run(
    holes: Bool = true, threads: Int = 1, _ steps: String
  ) throws -> (tables: [String: String], results: String) {
    let folder = try Self.folder(Self.files(holes: holes, steps: steps))
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let study = try Study(reading: "\(folder)/study.yaml")
    _ = try Runner(study: study, output: "\(folder)/out", threads: threads).run()
    var tables: [String: String] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/out/tables") {
      tables[name] = try String(contentsOfFile: "\(folder)/out/tables/\(name)", encoding: .utf8)
    }
    let results = try String(contentsOfFile: "\(folder)/out/results.json", encoding: .utf8)
    return (tables, results)
  }

  private func numbers(_ text: String?, _ column: String) throws -> [Double] {
    let table = try TidyTable("t", csv: #require(text))
    return try #require(table.column(column)).map {
      if case .number(let value) = $0 { value } else { Double.nan }
    }
  }

  private static let models = """
      pooled:
        multilevel: {data: pupils, imputed: complete, formula: score ~ status + size + (1 | school), effect: {of: status}}
      plain:
        multilevel: {data: pupils, formula: score ~ status + size + (1 | school), effect: {of: status}}
    """

  @Test("without missing values the pooled model is the plain one")
  func nothingMissing() throws {
    let tables = try run(holes: false, Self.models).tables
    for column in ["estimate", "std_error", "df", "ci_low", "ci_high", "p_value"] {
      let own = try numbers(tables["pooled.coefficients.csv"], column)
      let plain = try numbers(tables["plain.coefficients.csv"], column)
      for (a, b) in zip(own, plain) { #expect(abs(a - b) <= 1e-12 * max(1, abs(b)), "\(column)") }
    }
    for (table, column) in [("variances", "variance"), ("vpc", "full"), ("effects", "estimate")] {
      let own = try numbers(tables["pooled.\(table).csv"], column)
      let plain = try numbers(tables["plain.\(table).csv"], column)
      for (a, b) in zip(own, plain) { #expect(abs(a - b) <= 1e-12 * max(1, abs(b)), "\(table)") }
    }
    let own = try numbers(tables["pooled.random_effects.csv"], "prediction_variance")
    let plain = try numbers(tables["plain.random_effects.csv"], "prediction_variance")
    for (a, b) in zip(own, plain) { #expect(abs(a - b) <= 1e-12) }
    #expect(try numbers(tables["pooled.coefficients.csv"], "fmi").allSatisfy { $0 == 0 })
  }

  @Test("every row is used, and missing information is counted")
  func holes() throws {
    let (tables, results) = try run(Self.models)
    #expect(tables["pooled.rows.csv"] == "reason,rows\nused,90\n")
    let missing = try numbers(tables["pooled.coefficients.csv"], "fmi")
    #expect(missing[1] > 0.05 && missing[1] < 0.95, "\(missing)")
    let pooling = try #require(tables["pooled.pooling.csv"])
    let within = try numbers(pooling, "within")
    let between = try numbers(pooling, "between")
    let total = try numbers(pooling, "total")
    for k in within.indices {
      #expect(abs(within[k] + 1.2 * between[k] - total[k]) <= 1e-14)
    }
    let errors = try numbers(tables["pooled.coefficients.csv"], "std_error")
    for (error, total) in zip(errors, total) { #expect(abs(error * error - total) <= 1e-14) }
    #expect(try numbers(tables["pooled.fits.csv"], "imputation").isEmpty == false)
    #expect(try numbers(tables["pooled.joint.csv"], "df1") == [2])
    #expect(results.contains("derived-before-imputation"))
    #expect(!results.contains("not-in-imputation"))
  }

  @Test("the same bytes on any number of threads")
  func threads() throws {
    let one = try run(threads: 1, Self.models)
    let three = try run(threads: 3, Self.models)
    #expect(one.tables == three.tables)
    #expect(one.results == three.results)
  }

  @Test("a column that the imputation does not know is a doubt")
  func unknownToImputation() throws {
    let (_, results) = try run(
      """
        pooled:
          multilevel: {data: pupils, imputed: complete, formula: score ~ status + pupil + (1 | school)}
      """)
    #expect(results.contains("not-in-imputation"))
    #expect(results.contains("`pupil` of the formula"))
  }

  @Test("generalised models are pooled too, with their ratios")
  func generalised() throws {
    let tables = try run(
      """
        pooled:
          multilevel: {data: pupils, imputed: complete, formula: passed ~ status + (1 | school), family: binomial, quadrature: 5}
      """
    ).tables
    let estimate = try numbers(tables["pooled.coefficients.csv"], "estimate")[1]
    let ratio = try numbers(tables["pooled.ratios.csv"], "ratio")[1]
    #expect(abs(ratio - exp(estimate)) < 1e-12)
    #expect(try numbers(tables["pooled.pooling.csv"], "df_complete").allSatisfy(\.isNaN))
  }

  @Test("a step that does not impute is refused")
  func wrongStep() throws {
    func problem(_ steps: String) throws -> String {
      do {
        _ = try run(steps)
        return ""
      } catch let error as SpecErrors { return "\(error)" } catch let error as RunError {
        return "\(error)"
      }
    }
    let plain = "multilevel: {data: pupils, formula: score ~ status + (1 | school)}"
    let other = try problem(
      """
        plain: {\(plain)}
        pooled:
          multilevel: {data: pupils, imputed: plain, formula: score ~ status + (1 | school)}
      """)
    #expect(other.contains("does not provide completed data sets"), "\(other)")
    let none = try problem(
      """
        pooled:
          multilevel: {data: pupils, imputed: complet, formula: score ~ status + (1 | school)}
      """)
    #expect(none.contains("did you mean `complete`"), "\(none)")
  }

  @Test("matching anew in each completed data set, and a model of each sample")
  func matched() throws {
    let match = """
        comparators:
          match: {data: pupils, imputed: complete, treated: passed, covariates: [status, score], distance: mahalanobis, outcome: score}
      """
    let model =
      "multilevel: {data: pupils, sample: comparators, formula: score ~ passed + (1 | school)"
    let tables = try run(match + "\n  pooled: {\(model), imputed: complete}}").tables
    let effect = try numbers(tables["comparators.pooled_effect.csv"], "estimate")
    #expect(effect.count == 1 && effect[0].isFinite)
    let each = try TidyTable("b", csv: #require(tables["comparators.balance.csv"]))
    let numbersOfSets = Set(try #require(each.column("imputation")))
    #expect(numbersOfSets.count == 5)
    let terms = try TidyTable("c", csv: #require(tables["pooled.coefficients.csv"])).column("term")
    #expect(terms?.last == .text("passed"))
    do {
      _ = try run(match + "\n  pooled: {\(model)}}")
      Issue.record("a model of one data set took the samples of many")
    } catch let error as RunError {
      #expect("\(error)".contains("`imputed: complete` too"), "\(error)")
    }
  }
}
