import Designs
import LinearAlgebra
import Multilevel
import Probability
import Tables
import TestSupport
import Testing

@Suite("Random terms that no data could identify")
struct IdentificationTests {
  private static let data: ReferenceData = {
    var random = RandomStream(Seed(3)["identification"])
    let n = 120
    let school = (0..<n).map { $0 % 12 }
    let x = (0..<n).map { _ in random.normal() }
    let effects = (0..<12).map { _ in random.normal() }
    return ReferenceData(
      Table(
        name: "data",
        columns: [
          Column("school", categories: school.map { "s\($0)" }),
          Column("code", categories: school.map { "c\(11 - $0)" }),
          Column("la", categories: school.map { "la\($0 % 4)" }),
          Column("sex", categories: (0..<n).map { $0 / 12 % 2 == 0 ? "F" : "M" }),
          Column("girl", numbers: (0..<n).map { $0 / 12 % 2 == 0 ? 1 : 0 }),
          Column("x", numbers: x), Column("twice", numbers: x.map { 2 * $0 }),
          Column("shifted", numbers: x.map { 3 * $0 - 1 }),
          Column("three", numbers: [Double](repeating: 3, count: n)),
          Column("meanx", numbers: school.map { effects[$0] }),
          Column("row", categories: (0..<n).map { "r\($0)" }),
          Column("y", numbers: (0..<n).map { x[$0] + effects[school[$0]] + random.normal() }),
        ]))
  }()

  private func error(_ formula: String) throws -> EstimationError? {
    let frame = try Self.data.frame(formula)
    do throws(EstimationError) { _ = try LinearMixedModel().fit(frame) } catch { return error }
    return nil
  }

  @Test(
    "are refused by name",
    arguments: [
      (
        "y ~ x + school + (1 | school)",
        StructureError.absorbed(term: "1 | school", column: "1", factor: "school")
      ),
      (
        "y ~ x + school + (1 | la)",
        .absorbed(term: "1 | la", column: "1", factor: "la")
      ),
      (
        "y ~ la * x + (1 | school) + (0 + x | la)",
        .absorbed(term: "x | la", column: "x", factor: "la")
      ),
      (
        "y ~ x + (1 | school) + (1 | school)",
        .repeatedColumn(column: "1", other: "1", factor: "school")
      ),
      (
        "y ~ x + (1 | school) + (1 + x | school)",
        .repeatedColumn(column: "1", other: "1", factor: "school")
      ),
      (
        "y ~ x + (0 + x | school) + (0 + twice | school)",
        .repeatedColumn(column: "x", other: "twice", factor: "school")
      ),
      (
        "y ~ x + (1 | school) + (0 + three | school)",
        .repeatedColumn(column: "1", other: "three", factor: "school")
      ),
      (
        "y ~ x + (1 + x + shifted | school)",
        .dependentColumn(term: "1 + x + shifted | school", column: "shifted")
      ),
      (
        "y ~ x + (1 + three | school)",
        .dependentColumn(term: "1 + three | school", column: "three")
      ),
      (
        "y ~ x + (1 + girl + sex | school)",
        .dependentColumn(term: "1 + girl + sexM | school", column: "sexM")
      ),
      (
        "y ~ x + (1 | school) + (1 | code)",
        .sameGroups(factor: "school", other: "code", column: "1")
      ),
    ])
  func refused(_ formula: String, _ expected: StructureError) throws {
    #expect(try error(formula) == .structure(expected), "\(formula)")
  }

  @Test("as many effects as rows stay refused")
  func effects() throws {
    #expect(
      try error("y ~ x + (1 | row)")
        == .tooManyEffects(term: "1 | row", effects: 120, rows: 120))
  }

  @Test(
    "near misses are fitted",
    arguments: [
      "y ~ x + la + (1 | school)", "y ~ x + (1 | school) + (0 + x | school)",
      "y ~ x + (0 + sex | school)", "y ~ x + (1 + meanx | school)",
      "y ~ x + (1 | school) + (0 + girl | school)", "y ~ x + la + (1 + x | la) - la + sex",
      "y ~ 0 + sex + (1 | school) + (1 | la)", "y ~ x + (0 + x | school) + (1 | code)",
      "y ~ x + (1 | school) + (0 + shifted | school)",
    ])
  func identified(_ formula: String) throws {
    let found = try error(formula)
    #expect(found == nil, "\(formula): \(found?.description ?? "")")
  }
}
