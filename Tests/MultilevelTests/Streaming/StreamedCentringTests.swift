import Designs
import LinearAlgebra
import Multilevel
import Probability
import Tables
import TestSupport
import Testing

/// Covariates that stand far from zero, or far apart in size, keep their digits in whatever order rows come.
@Suite("Digits of streamed sums")
struct StreamedCentringTests {
  /// How the file begins.
  enum Beginning: CaseIterable {
    case anyhow
    /// The first rows have one value of each covariate, from where the later ones are far.
    case constant
    /// Rows by school, and the first school is like no other.
    case sorted
  }

  private static func data(_ beginning: Beginning) -> DataSet {
    var random = RandomStream(Seed(11)["centring"])
    let (n, schools) = (3_000, 30)
    let effect = (0..<schools).map { _ in random.normal() }
    let slope = (0..<schools).map { _ in 0.3 * random.normal() }
    var school: [Int32] = []
    var (prior, large, small, score): ([Double], [Double], [Double], [Double])
    (prior, large, small, score) = ([], [], [], [])
    for row in 0..<n {
      let s = beginning == .sorted ? row * schools / n : random.index(below: schools)
      var (x, u, v) = (random.normal(), random.normal(), random.normal())
      switch beginning {
      case .constant where row < 600: (x, u, v) = (-8, -400, -40)
      case .sorted where s == 0: (x, u, v) = (x - 9, u - 300, v + 200)
      default: break
      }
      school.append(Int32(s))
      prior.append(1_000 + 10 * x)
      large.append(1e9 + 1e6 * u)
      small.append(1e-6 + 1e-8 * v)
      score.append(
        50 + 0.4 * x - 0.02 * x * x + 0.3 * u - 0.2 * v + effect[s] + slope[s] * x / 10
          + random.normal())
    }
    var data = DataSet()
    data.set(
      Table(
        name: "pupils",
        columns: [
          Column(
            "school", type: .category,
            storage: .codes(school, levels: (0..<schools).map { "s\(100 + $0)" })),
          Column("prior", numbers: prior), Column("large", numbers: large),
          Column("small", numbers: small), Column("score", numbers: score),
        ]))
    return data
  }

  static let formulas = [
    "score ~ prior + I(prior^2) + (1 | school)",
    "score ~ prior + I(prior^2) + (1 + prior | school)",
    "score ~ large + small + (1 | school)",
    "score ~ large + small + prior + I(prior^2) + (1 + large | school)",
  ]

  @Test(arguments: Beginning.allCases, formulas)
  func agreement(_ beginning: Beginning, _ source: String) throws {
    let data = Self.data(beginning)
    let formula = try Formula(parsing: source)
    let memory = try LinearMixedModel().fit(try formula.frame(in: data, table: "pupils"))
    for rows in [100, 512, 4_000] {
      let (fit, null) = try LinearMixedModel().fit(
        StreamedFrame(formula, of: ChunkedTable(whole: data, table: "pupils", rows: rows)))
      expectSame(fit, memory, deviance: 1e-10, coefficients: 1e-7, errors: 1e-7, source)
      #expect(isClose(fit.sigma, memory.sigma, relative: 1e-8))
      #expect(largestDifference(fit.theta, memory.theta, scale: 1e-2) < 1e-6)
      #expect(fit.diagnostics.map(\.code) == memory.diagnostics.map(\.code))
      #expect(null != nil)
    }
  }

  @Test("pieces of any size give the same sums but for rounding, and the same sample")
  func pieces() throws {
    let data = Self.data(.sorted)
    let formula = try Formula(parsing: Self.formulas[1])
    let fits = try [64, 1_000, 3_000].map { rows in
      try LinearMixedModel().fit(
        StreamedFrame(formula, of: ChunkedTable(whole: data, table: "pupils", rows: rows))
      ).fit
    }
    for fit in fits {
      #expect(isClose(fit.deviance, fits[0].deviance, relative: 1e-13))
      #expect(largestDifference(fit.theta, fits[0].theta, scale: 1) < 1e-9)
    }
  }
}
