import Designs
import Imputation
import LinearAlgebra
import Multilevel
import Probability
import StudyFiles
import Tables
import Testing

/// Sixty studies with known truth. Outcome, pupil covariate and school covariate are missing more often where
/// a later report, or the school's mean of it, is low: missing at random given the report, and not without it.
@Suite("Imputation finds a known truth that complete cases miss")
struct SimulationTests {
  private static let truth = [1, 0.5, 0.8]

  private struct Estimate {
    let coefficients: [Double]
    let covers: [Bool]
    let schoolVariance: Double
    let residualVariance: Double
  }

  private static func fit(_ data: DataSet) throws -> LinearMixedModelFit {
    try LinearMixedModel().fit(
      Formula(parsing: "y ~ x + intake + (1 | school)").frame(in: data, table: "pupils"))
  }

  /// The study with holes.
  private static func study(_ number: Int) -> DataSet {
    let truth = TwoLevelData(schools: 30, pupilsPerSchool: 12, seed: UInt64(number))
    var random = RandomStream(Seed(UInt64(number))["holes"])
    func hole(_ report: Double) -> Bool {
      random.uniform() < 0.6 * PortableMath.logistic(1.5 * (0.6 - report))
    }
    let x = truth.x.indices.map { hole(truth.report[$0]) ? .nan : truth.x[$0] }
    let y = truth.y.indices.map { hole(truth.report[$0]) ? .nan : truth.y[$0] }
    let intake = truth.intake.indices.map { school in
      let rows = truth.report.indices.filter { truth.school[$0] == school }
      let mean = rows.reduce(0) { $0 + truth.report[$1] } / Double(rows.count)
      return hole(mean) ? .nan : truth.intake[school]
    }
    return truth.data(x: x, y: y, intake: intake)
  }

  private static func imputed(_ data: DataSet, _ number: Int) throws -> Estimate {
    let step = try imputeStep(
      """
      {data: pupils, columns: {x: normal, y: normal, intake: {level: schools}}, using: report,
       group: school, imputations: 8, iterations: 8}
      """)
    let fits = try step.run(in: data, seed: Seed(UInt64(number))["impute"]).completed.map(fit)
    let tests = try fits.map { try $0.tests() }
    let pooled = try (0..<3).map { k in
      try PooledEstimate(
        estimates: tests.map { $0[k].estimate },
        variances: tests.map { $0[k].standardError * $0[k].standardError },
        completeDegreesOfFreedom: tests.map { $0[k].degreesOfFreedom })
    }
    return Estimate(
      coefficients: pooled.map(\.estimate),
      covers: zip(pooled, truth).map { $0.test().low <= $1 && $1 <= $0.test().high },
      schoolVariance: fits.map { $0.terms[0].covariance[0, 0] }.reduce(0, +) / 8,
      residualVariance: fits.map { $0.sigma * $0.sigma }.reduce(0, +) / 8)
  }

  /// Distance of a mean from the truth in Monte Carlo standard errors.
  private func distance(_ values: [Double], _ truth: Double) -> Double {
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean - truth) / (square / (n - 1) / n).squareRoot()
  }

  @Test("unbiased, with intervals that cover")
  func simulation() throws {
    let count = 60
    let results = try replicate(count, threads: 2) { number in
      let data = Self.study(number)
      return (try Self.imputed(data, number), try Self.fit(data).coefficients)
    }
    for k in 0..<3 {
      let own = distance(results.map { $0.0.coefficients[k] }, Self.truth[k])
      #expect(abs(own) < 3.3, "coefficient \(k): \(own) standard errors from the truth")
    }
    // Complete cases: intercept too high, slopes too flat.
    let intercept = distance(results.map { $0.1[0] }, Self.truth[0])
    let slope = distance(results.map { $0.1[1] }, Self.truth[1])
    #expect(intercept > 6, "\(intercept)")
    #expect(slope < -3.3, "\(slope)")
    let covered = results.flatMap(\.0.covers).count(where: \.self)
    #expect(covered >= 3 * count * 9 / 10, "\(covered) of \(3 * count)")
    let within = distance(results.map(\.0.residualVariance), 0.7)
    let between = distance(results.map(\.0.schoolVariance), 0.3)
    #expect(abs(within) < 3.3 && abs(between) < 3.3, "\(within), \(between)")
  }
}
