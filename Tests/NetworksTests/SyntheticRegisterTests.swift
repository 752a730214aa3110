import Foundation
import Networks
import Probability
import Tables
import TestSupport
import Testing

@Suite struct SyntheticRegisterTests {
  static let register = SyntheticRegister(seed: Seed(2014))

  static func numbers(_ table: Table, _ column: String) -> [Double] {
    guard case .numbers(let values)? = table[column]?.storage else { return [] }
    return values
  }

  static var folder: URL { checkoutFolder.appendingPathComponent("Data/synthetic-register") }

  /// The committed files are what the generator gives. With COUNTERPART_REGENERATE set, they are written instead.
  @Test func filesAreWhatIsGenerated() throws {
    var files = Self.register.tables.map { ("\($0.name).csv", $0.csv) }
    files.append(("truth.json", Self.register.truth.text + "\n"))
    for (name, text) in files {
      let file = Self.folder.appendingPathComponent(name)
      if ProcessInfo.processInfo.environment["COUNTERPART_REGENERATE"] != nil {
        try Data(text.utf8).write(to: file)
      }
      #expect(try Data(contentsOf: file) == Data(text.utf8), "\(name)")
    }
  }

  @Test func designIsMet() throws {
    let tables = Self.register.tables
    let (schools, pupils, membership, ties) = (tables[0], tables[1], tables[2], tables[3])
    #expect(Self.numbers(schools, "federated").reduce(0, +) == 264)
    #expect(schools.rowCount == 3264)
    #expect(membership.rowCount == 264)
    let authority = Self.numbers(schools, "la")
    let federated = Self.numbers(schools, "federated")
    let with = Set(authority.indices.filter { federated[$0] == 1 }.map { authority[$0] })
    #expect(with.count == 50)
    guard case .codes(let codes, _)? = membership["group"]?.storage else {
      Issue.record("no groups")
      return
    }
    #expect(Set(codes).count == 122)
    let urns = Set(Self.numbers(schools, "urn"))
    #expect(Set(Self.numbers(pupils, "urn")) == urns)
    #expect((Self.numbers(ties, "from") + Self.numbers(ties, "to")).allSatisfy(urns.contains))
  }

  /// With the true coefficients taken off, federated schools stand 0.12 above the others, within four standard
  /// errors (a false alarm in 16,000), while the plain difference has the wrong sign.
  @Test func effectIsThereAndHidden() throws {
    let (schools, pupils) = (Self.register.tables[0], Self.register.tables[1])
    let federated = Self.numbers(schools, "federated")
    let share = Self.numbers(schools, "fsm").map { $0 / 100 }
    let truth = try #require(Self.register.truth["outcome"])
    let slope = try #require(truth["slope_of_prior"]?.number)
    let poorPupil = try #require(truth["poor_pupil"]?.number)
    let poorSchool = try #require(truth["share_of_poor_pupils"]?.number)
    let (urn, poor) = (Self.numbers(pupils, "urn"), Self.numbers(pupils, "fsm"))
    let (prior, outcome) = (Self.numbers(pupils, "prior"), Self.numbers(pupils, "outcome"))
    var (plain, rest) = ([Double](repeating: 0, count: 3264), [Double](repeating: 0, count: 3264))
    var counts = [Double](repeating: 0, count: 3264)
    for k in urn.indices {
      let school = Int(urn[k]) - 900_001
      counts[school] += 1
      plain[school] += outcome[k]
      rest[school] +=
        outcome[k] - slope * prior[k] - poorPupil * poor[k] - poorSchool * share[school]
    }
    func difference(_ sums: [Double]) -> (estimate: Double, error: Double) {
      let means = zip(sums, counts).map { $0 / $1 }
      func summary(_ arm: Double) -> (mean: Double, variance: Double, count: Double) {
        let values = means.indices.filter { federated[$0] == arm }.map { means[$0] }
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (mean, squares / Double(values.count - 1), Double(values.count))
      }
      let (a, b) = (summary(1), summary(0))
      return (a.mean - b.mean, (a.variance / a.count + b.variance / b.count).squareRoot())
    }
    let adjusted = difference(rest)
    #expect(abs(adjusted.estimate - 0.12) < 4 * adjusted.error, "\(adjusted)")
    #expect(adjusted.error < 0.03)
    #expect(difference(plain).estimate < -0.05)
  }

  @Test func seedChangesEverythingAndSettingsAreKept() {
    var design = RegisterDesign()
    design.others = 300
    design.effect = 0
    let (a, b) = (
      SyntheticRegister(design, seed: Seed(1)), SyntheticRegister(design, seed: Seed(2))
    )
    #expect(a.tables[0].rowCount == 564)
    let again = SyntheticRegister(design, seed: Seed(1)).tables.map(\.csv)
    #expect(a.tables.map(\.csv) == again)
    for (first, second) in zip(again, b.tables.map(\.csv)) where first == second {
      Issue.record("the seed changes nothing in a table")
    }
  }
}
