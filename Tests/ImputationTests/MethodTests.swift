import Designs
import Imputation
import Probability
import StudyFiles
import Tables
import Testing

/// Each method finds what was hidden: 2,400 pupils of 60 schools, with more hidden where the report is low.
@Suite("Every method finds the distribution of hidden values")
struct MethodTests {
  private static let truth = TwoLevelData(schools: 60, pupilsPerSchool: 40, seed: 77)

  /// Where values are hidden: at random given the report.
  private static let hidden: [Bool] = {
    var random = RandomStream(Seed(31)["hidden"])
    return truth.report.map { random.uniform() < 0.7 * PortableMath.logistic(2 * (0.5 - $0)) }
  }()

  private static func imputed(_ column: Column, _ method: String) throws -> [DataSet] {
    try imputeStep(
      """
      {data: pupils, columns: {z: \(method)}, using: [y, report, intake], group: school,
       imputations: 10, iterations: 8}
      """
    ).run(in: truth.data(extra: [column]), seed: Seed(6), threads: 2).completed
  }

  /// The mean of `f` over the hidden values, imputed and true, with the spread that draws leave: both the
  /// truth and an imputation are draws, so their difference has about the variance of two.
  private func compare(
    _ imputed: [[Double]], _ hiddenTruth: [Double], _ f: (Double) -> Double
  ) -> (difference: Double, spread: Double, observed: Double) {
    let rows = hiddenTruth.indices.filter { Self.hidden[$0] }
    func mean(_ values: [Double], _ rows: [Int]) -> Double {
      rows.reduce(0) { $0 + f(values[$1]) } / Double(rows.count)
    }
    let each = imputed.map { mean($0, rows) }
    let centre = each.reduce(0, +) / Double(each.count)
    let between =
      each.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(each.count - 1)
    let seen = hiddenTruth.indices.filter { !Self.hidden[$0] }
    return (
      centre - mean(hiddenTruth, rows), (2 * between).squareRoot(),
      mean(hiddenTruth, seen) - mean(hiddenTruth, rows)
    )
  }

  private func holed(_ values: [Double]) -> [Double] {
    zip(values, Self.hidden).map { $1 ? .nan : $0 }
  }

  @Test("three ordered categories that depend on the score and the school")
  func category() throws {
    var random = RandomStream(Seed(32))
    let schools = (0..<60).map { _ in 0.5 * random.normal() }
    let values = Self.truth.y.indices.map { row -> Double in
      let latent = 0.8 * Self.truth.y[row] + schools[Int(Self.truth.school[row])] + random.normal()
      return latent < 0 ? 0 : latent < 1.2 ? 1 : 2
    }
    let names = ["low", "middle", "high"]
    let column = Column(
      "z", categories: zip(values, Self.hidden).map { $1 ? nil : names[Int($0)] }, levels: names)
    let imputed = try Self.imputed(column, "category").map { data in
      data.codes("pupils", "z").map(Double.init)
    }
    for level in [0.0, 1, 2] {
      let (difference, spread, observed) = compare(imputed, values) { $0 == level ? 1 : 0 }
      #expect(abs(difference) < 3.3 * spread, "level \(level): \(difference), \(spread)")
      if level != 1 { #expect(abs(observed) > 5 * spread, "\(observed)") }
    }
  }

  @Test("a binary column with a school's own share")
  func binary() throws {
    var random = RandomStream(Seed(33))
    let schools = (0..<60).map { _ in random.normal() }
    let values = Self.truth.y.indices.map { row -> Double in
      Self.truth.y[row] - 1 + schools[Int(Self.truth.school[row])] + random.normal() > 0 ? 1 : 0
    }
    let column = Column("z", type: .logical, storage: .numbers(holed(values)))
    let imputed = try Self.imputed(column, "binary").map { $0.numbers("pupils", "z") }
    let (difference, spread, observed) = compare(imputed, values) { $0 }
    #expect(abs(difference) < 3.3 * spread, "\(difference), \(spread)")
    #expect(observed > 5 * spread)
    // Schools differ in imputed values as they do in true ones.
    func variance(_ values: [Double]) -> Double {
      var (sums, counts) = ([Double](repeating: 0, count: 60), [Double](repeating: 0, count: 60))
      for row in values.indices where Self.hidden[row] {
        sums[Int(Self.truth.school[row])] += values[row]
        counts[Int(Self.truth.school[row])] += 1
      }
      let means = zip(sums, counts).filter { $1 > 4 }.map { $0 / $1 }
      let centre = means.reduce(0, +) / Double(means.count)
      return means.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(means.count - 1)
    }
    let ratio = imputed.map { variance($0) }.reduce(0, +) / 10 / variance(values)
    #expect(ratio > 0.75 && ratio < 1.33, "\(ratio)")
  }

  @Test("a skewed number by matching: mean, upper tail, nothing below zero")
  func matching() throws {
    var random = RandomStream(Seed(34))
    let values = Self.truth.y.map { PortableMath.exp(0.6 * $0 + 0.5 * random.normal()) }
    let imputed = try Self.imputed(Column("z", numbers: holed(values)), "pmm").map {
      $0.numbers("pupils", "z")
    }
    for f in [{ $0 }, { $0 > 2.5 ? 1.0 : 0 }] as [(Double) -> Double] {
      let (difference, spread, observed) = compare(imputed, values, f)
      #expect(abs(difference) < 4 * spread, "\(difference), \(spread)")
      #expect(observed > 5 * spread, "\(observed)")
    }
    #expect(imputed.allSatisfy { values in !values.contains { $0 <= 0 } })
  }
}
