import Designs
import Foundation
import Matching
import Probability
import Regression
import StudyFiles
import Tables
import TestSupport
import Testing

@Suite("The match step of a study")
struct MatchStepTests {
  private func step(_ yaml: String) throws(SpecErrors) -> MatchStep {
    let root = try StudyDocument(yaml: yaml, file: "study.yaml").root
    return try MatchStep(from: Section(root, expecting: "a match step"))
  }

  private func problems(_ yaml: String, in data: DataSet? = nil) -> String {
    do throws(SpecErrors) {
      let step = try step(yaml)
      if let data { try step.check(in: data) }
      return ""
    } catch { return error.description }
  }

  /// Forty schools in two authorities, every other one treated.
  private func data() -> DataSet {
    var stream = RandomStream(Seed(4))
    let n = 40
    let treated = (0..<n).map { $0 % 3 == 0 }
    let ses = treated.map { stream.normal() + ($0 ? 0.3 : 0) }
    var data = DataSet()
    data.set(
      Table(
        name: "schools",
        columns: [
          Column("school", numbers: (0..<n).map { 1000 + Double($0) }),
          Column("catholic", logical: treated), Column("ses", numbers: ses),
          Column("size", numbers: (0..<n).map { _ in (stream.uniform() * 50).rounded() }),
          Column("la", categories: (0..<n).map { $0 % 2 == 0 ? "north" : "south" }),
          Column("score", numbers: ses.map { 3 * $0 + stream.normal() }),
          Column(
            "faith", type: .logical,
            storage: .numbers(treated.enumerated().map { $0 == 3 ? .nan : ($1 ? 1 : 0) })),
        ]))
    return data
  }

  @Test(
    "text that is no finite number among numbers is named, not matched on as a category",
    arguments: ["inf", "-Inf", "NaN"])
  func notFinite(_ text: String) {
    var data = data()
    data.set(
      Table(
        name: "schools",
        columns: [
          Column("catholic", logical: [true, false, true, false]),
          Column("ses", categories: ["1.5", text, "2", "-0.25"]),
          Column("band", categories: ["1", "2", "3", "R"]),
        ]))
    let found = problems("{data: schools, treated: catholic, covariates: [ses, band]}", in: data)
    #expect(found.contains("found `\(text)` among the numbers of `ses`"), "\(found)")
    #expect(!found.contains("band"))
    let caliper = problems(
      "{data: schools, treated: catholic, covariates: [band], caliper: {ses: 1}}", in: data)
    #expect(caliper.contains("`\(text)`") && !caliper.contains("category"), "\(caliper)")
  }

  @Test("the keys of a whole step are read with their defaults")
  func reading() throws {
    let plain = try step("{data: schools, treated: catholic, covariates: [ses, size]}")
    #expect(plain.covariates.map(\.text) == ["ses", "size"])
    #expect(plain.estimand == .att)
    #expect(plain.method as? NearestNeighbour == NearestNeighbour())
    #expect(plain.distance as? PropensityScore == PropensityScore())
    #expect(plain.discard == .none)
    let full = try step(
      """
      data: schools
      treated: catholic
      covariates: [ses, size]
      method: nearest
      ratio: 2
      order: closest
      distance: {propensity: {link: probit, scale: probability}}
      within: {mahalanobis: [ses]}
      caliper: {propensity: {value: 0.2, sd: all}, size: 5}
      exact: la
      apart: 500 m
      discard: both
      outcome: score
      adjust: [ses]
      errors: hc3
      """)
    #expect(full.method as? NearestNeighbour == NearestNeighbour(ratio: 2, order: .closest))
    #expect(
      full.distance as? PropensityScore == PropensityScore(link: .probit, scale: .probability))
    #expect(full.design.propensityCaliper == CaliperWidth(0.2, .overall))
    #expect(full.design.calipers.map(\.width) == [CaliperWidth(5, .own)])
    #expect(full.apart == 0.5)
    #expect(full.within?.covariates.map(\.text) == ["ses"])
    #expect(full.errors == .hc3)
  }

  @Test("mistakes are located and say what is accepted")
  func mistakes() {
    #expect(
      problems("covariates: [ses]\nmethod: nearst")
        == "study.yaml:2:9: method: unknown matching method `nearst`; did you mean `nearest`?")
    #expect(problems("covariates: []").contains("at least 1"))
    #expect(problems("data: a").contains("missing key `covariates`"))
    #expect(problems("covariates: [ses]\ncaliper: 0.2 sd").contains("2:10"))
    #expect(problems("covariates: [ses]\ncaliper: {ses: -1}").contains("expected a width"))
    #expect(
      problems("covariates: [ses]\nallow-post-treatment: known").contains(
        "`allow-post-treatment` is not available in this version"))
    #expect(
      problems("covariates: [ses]\nmethod: optimal\nreplace: true").contains(
        "key `replace` belongs to matching method `nearest`"))
    #expect(problems("covariates: [ses]\nestimand: ate").contains("serves `att` or `atc`"))
    #expect(
      problems("covariates: [ses]\nwithin: {mahalanobis: [ses]}").contains("`within` needs"))
    #expect(
      problems("covariates: [ses]\nreplace: true\noutcome: y\nerrors: cr2").contains("use `hc3`"))
    #expect(problems("covariates: [ses, ses]").contains("stands twice"))
    #expect(problems("covariates: [ses]\ndistance: mahalanobs").contains("did you mean"))
    #expect(problems("covariates: [ses]\napart: 5 miles").contains("a distance such as"))
  }

  @Test("names are looked up in the data, all at once")
  func names() {
    let found = problems(
      """
      data: schools
      treated: size
      covariates: [sess, size]
      exact: [region]
      caliper: {la: 5}
      """, in: data())
    #expect(found.contains("study.yaml:3:14: covariates: unknown column `sess`"))
    #expect(found.contains("did you mean `ses`"))
    #expect(found.contains("study.yaml:4:9: exact: unknown column `region`"))
    #expect(found.contains("study.yaml:2:10: treated: expected a logical column or one of 0 and 1"))
    #expect(found.contains("study.yaml:5:11: caliper: expected a column of numbers"))
    #expect(
      problems("{data: shools, treated: catholic, covariates: [ses]}", in: data()).contains(
        "unknown table `shools`; did you mean `schools`?"))
    #expect(problems("covariates: [ses]", in: data()).contains("missing key `data`"))
    #expect(
      problems("{data: schools, treated: catholic, covariates: [ses]}", in: data()) == "")
  }

  @Test("table and treatment may come from the study")
  func completed() throws {
    let start = SourceLocation(file: "study.yaml", line: 1, column: 1)
    let plain = try step("covariates: [ses]")
    let completed = try plain.completed(
      data: LocatedText("schools", at: start), treated: LocatedText("catholic", at: start))
    try completed.check(in: data())
    #expect(throws: SpecErrors.self) { try plain.completed(data: nil, treated: nil) }
  }

  @Test("a run leaves the tables of the product with their columns")
  func tables() throws {
    let step = try step(
      """
      data: schools
      treated: catholic
      covariates: [ses, size, la]
      caliper: {propensity: 1 sd}
      outcome: score
      adjust: [ses]
      """)
    let result = try step.run(in: data(), seed: Seed(1), unitKey: "school")
    let expected = [
      "units": ["unit", "arm", "weight", "set", "score", "dropped", "stage", "reason"],
      "pairs": ["treated", "control", "k", "distance"],
      "overall": [
        "pairs", "max_abs_smd", "ess_treated", "ess_control", "dropped_treated", "caliper",
      ],
      "balance": [
        "covariate", "level", "stage", "mean_treated", "mean_control", "smd", "variance_ratio",
        "ecdf_mean", "ecdf_max", "overlap",
      ],
      "summary": ["arm", "total", "used", "ess", "dropped"],
      "effect": [
        "estimand", "outcome", "adjusted", "estimate", "std_error", "df", "ci_low", "ci_high",
        "p_value", "g", "mdes",
      ],
      "checks": ["constraint", "declared", "worst", "holds"],
    ]
    for (name, columns) in expected {
      let table = try #require(result.tables.first { $0.name == name })
      #expect(table.fields.map(\.name) == columns)
    }
    let units = try #require(result.tables.first { $0.name == "units" })
    #expect(units.rows.count == 40)
    #expect(units.rows[0][0] == .text("1000"))
    let effects = try #require(result.tables.first { $0.name == "effect" })
    #expect(effects.rows.count == 2)
    #expect(result.effect?.adjusted == ["ses"])
    #expect(result.figures.map(\.name) == ["overlap"])
    let weights = result.weights(rowCount: 40)
    #expect(weights.count { $0 > 0 } == 2 * result.outcome.sample.pairs.count)
    let optimal = try self.step(
      "{data: schools, treated: catholic, covariates: [ses, size], method: optimal}")
    let table = try optimal.run(in: data(), seed: Seed(1), unitKey: "school").tables.first {
      $0.name == "optimum"
    }
    #expect(try #require(table).fields.map(\.name) == ["objective", "dual", "pairs", "unique"])
  }

  @Test("a population narrows the candidates; a missing treatment is counted, not guessed")
  func population() throws {
    let step = try step("{data: schools, treated: faith, covariates: [ses]}")
    let rows = (0..<40).filter { $0 % 5 != 0 }.map(Int32.init)
    let result = try step.run(in: data(), seed: Seed(1), rows: rows, unitKey: "school")
    #expect(result.rows.count == rows.count - 1)
    #expect(result.diagnostics.map(\.code).contains("missing-treatment"))
    #expect(result.sets(rowCount: 40)[0] == -1)
    #expect(result.sets(rowCount: 40)[5] == -1)
  }

  @Test("every key is described")
  func described() {
    let names = MatchStep.keys.map(\.name)
    #expect(Set(names).count == names.count)
    for key in MatchStep.keys { #expect(!key.meaning.isEmpty) }
    for entry in Registry.matchingMethods.entries {
      #expect(!entry.documentation.summary.isEmpty)
      #expect(!entry.documentation.reference.isEmpty)
    }
    for entry in Registry.matchingDistances.entries {
      #expect(!entry.documentation.formula.isEmpty)
    }
  }
}
