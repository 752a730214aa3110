import Designs
import Imputation
import Probability
import StudyFiles
import Tables
import Testing

@Suite("Laws of imputation")
struct ImputationLawTests {
  /// Pupils with holes in everything that can have them.
  private func holed(_ seed: UInt64 = 3) -> (truth: TwoLevelData, data: DataSet) {
    let truth = TwoLevelData(schools: 15, pupilsPerSchool: 8, seed: seed)
    var random = RandomStream(Seed(seed)["holes"])
    let holes = truth.x.map { _ in random.uniform() < 0.2 }
    let x = zip(truth.x, holes).map { $1 ? .nan : $0 }
    let entitled = truth.x.map { value -> Double in
      random.uniform() < 0.2 ? .nan : (value + random.normal() > 0.5 ? 1 : 0)
    }
    let band = truth.y.map { value -> String? in
      random.uniform() < 0.2 ? nil : value < 0.5 ? "low" : value < 1.5 ? "middle" : "high"
    }
    let count = truth.x.map { value -> Double in
      random.uniform() < 0.2 ? .nan : (3 * abs(value)).rounded()
    }
    var intake = truth.intake
    for j in [2, 7, 11] { intake[j] = .nan }
    let region = truth.school.map { code -> Double in
      [4, 9].contains(code) ? .nan : Double(code % 4) + truth.intake[Int(code)] / 10
    }
    return (
      truth,
      truth.data(
        x: x,
        extra: [
          Column("fsm", type: .logical, storage: .numbers(entitled)),
          Column("band", categories: band, levels: ["low", "middle", "high", "never"]),
          Column("books", type: .integer, storage: .numbers(count)),
          Column("region", numbers: region),
        ], intake: intake)
    )
  }

  private let yaml = """
    data: pupils
    columns: {x: normal, fsm: binary, band: category, books: pmm, region: {level: school}, intake: {level: schools, method: pmm}}
    using: [y, aid]
    group: school
    imputations: 6
    iterations: 4
    """

  @Test("observed cells stay, missing cells are filled with values that can be")
  func fills() throws {
    let (truth, data) = holed()
    let result = try imputeStep(yaml).run(in: data, seed: Seed(8))
    #expect(result.completed.count == 6)
    let observedBooks = Set(data.numbers("pupils", "books").filter { !$0.isNaN })
    let observedIntake = Set(data.numbers("schools", "intake").filter { !$0.isNaN })
    for completed in result.completed {
      for name in ["x", "fsm", "books", "region", "y", "aid"] {
        let (before, after) = (data.numbers("pupils", name), completed.numbers("pupils", name))
        #expect(zip(before, after).allSatisfy { $0.isNaN || $0 == $1 })
        #expect(!after.contains { !$0.isFinite })
      }
      #expect(completed.numbers("pupils", "fsm").allSatisfy { $0 == 0 || $0 == 1 })
      #expect(completed.numbers("pupils", "books").allSatisfy { observedBooks.contains($0) })
      #expect(completed.codes("pupils", "band").allSatisfy { (0...2).contains($0) })
      #expect(completed.numbers("schools", "intake").allSatisfy { observedIntake.contains($0) })
      let region = completed.numbers("pupils", "region")
      for row in region.indices {
        #expect(region[row] == region[Int(truth.school[row]) * truth.pupilsPerSchool])
      }
    }
    let different = Set(result.completed.map { $0.numbers("pupils", "x") })
    #expect(different.count == 6)
    #expect(result.missing.map(\.column) == ["x", "fsm", "band", "books", "region", "intake"])
    #expect(
      result.missing.map(\.method) == ["normal", "binary", "category", "pmm", "normal", "pmm"])
    #expect(result.missing[5].missing == 3)
    #expect(result.missing[5].level == "group")
    #expect(result.chains.count == 6 * 4 * 6)
  }

  @Test("the same values on any number of threads, and others with another seed")
  func threads() throws {
    let data = holed().data
    let step = try imputeStep(yaml)
    let one = try step.run(in: data, seed: Seed(8), threads: 1)
    let three = try step.run(in: data, seed: Seed(8), threads: 3)
    let other = try step.run(in: data, seed: Seed(9), threads: 1)
    for (a, b) in zip(one.completed, three.completed) {
      #expect(a.tables == b.tables)
    }
    #expect(one.tables == three.tables)
    #expect(one.completed[0].tables != other.completed[0].tables)
  }

  @Test("the first imputations are the same however many follow")
  func more() throws {
    let data = holed().data
    let few = try imputeStep(yaml).run(in: data, seed: Seed(8))
    let many = try imputeStep(yaml.replacing("imputations: 6", with: "imputations: 9"))
      .run(in: data, seed: Seed(8))
    for (a, b) in zip(few.completed, many.completed) { #expect(a.tables == b.tables) }
  }

  @Test("units do not matter: x in hundredths gives the same values in hundredths")
  func units() throws {
    let (_, data) = holed()
    let yaml =
      "{data: pupils, columns: {x: normal}, using: [y, aid], group: school, imputations: 3}"
    let plain = try imputeStep(yaml).run(in: data, seed: Seed(4))
    var scaled = data
    guard var table = scaled[table: "pupils"] else { return }
    table.set(Column("x", numbers: data.numbers("pupils", "x").map { 100 * $0 + 7 }))
    scaled.set(table)
    let result = try imputeStep(yaml).run(in: scaled, seed: Seed(4))
    for (a, b) in zip(plain.completed, result.completed) {
      for (p, q) in zip(a.numbers("pupils", "x"), b.numbers("pupils", "x")) {
        #expect(abs(100 * p + 7 - q) < 1e-8 * (1 + abs(q)))
      }
    }
  }

  @Test("a complete column is left as it is")
  func complete() throws {
    let truth = TwoLevelData(schools: 5, pupilsPerSchool: 4, seed: 1)
    let result = try imputeStep("{data: pupils, columns: {x: normal}, imputations: 2}")
      .run(in: truth.data(), seed: Seed(1))
    #expect(result.completed[1].numbers("pupils", "x") == truth.x)
    #expect(result.missing[0].missing == 0)
    #expect(result.convergence.isEmpty)
  }

  @Test("separated classes give finite answers")
  func separated() throws {
    var data = DataSet()
    let x = (0..<20).map(Double.init)
    var b = x.map { $0 < 10 ? 0.0 : 1 }
    b[3] = .nan
    b[16] = .nan
    data.set(
      Table(
        name: "t",
        columns: [Column("x", numbers: x), Column("b", type: .logical, storage: .numbers(b))]))
    let result = try imputeStep("{data: t, columns: {b: binary}, using: x, imputations: 40}")
      .run(in: data, seed: Seed(1))
    let low = result.completed.map { $0.numbers("t", "b")[3] }.reduce(0, +)
    let high = result.completed.map { $0.numbers("t", "b")[16] }.reduce(0, +)
    #expect(low < 10 && high > 30, "\(low) and \(high) of 40")
  }

  @Test("R̂ by hand")
  func scaleReduction() throws {
    // Four rounds, of which the last two count: compare with the definition on what `chains` says.
    let result = try imputeStep(yaml).run(in: holed().data, seed: Seed(8))
    let row = try #require(result.convergence.first { $0.column == "x" })
    let halves = (1...6).map { k in
      result.chains.filter { $0.column == "x" && $0.imputation == k && $0.iteration > 2 }
        .map(\.mean)
    }
    let within = halves.map { ($0[0] - $0[1]) * ($0[0] - $0[1]) / 2 }.reduce(0, +) / 6
    let means = halves.map { ($0[0] + $0[1]) / 2 }
    let centre = means.reduce(0, +) / 6
    let between = means.map { ($0 - centre) * ($0 - centre) }.reduce(0, +) / 5
    let expected = ((within / 2 + between) / within).squareRoot()
    #expect(abs(try #require(row.ofMeans) - expected) < 1e-12)
  }
}
