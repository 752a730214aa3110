import Foundation
import LinearAlgebra
import Matching
import Tables
import TestSupport
import Testing

/// matchMulti 1.1.14 on 160 schools and their 7,185 pupils.
///
/// Its schools are paired by what the pairing of their pupils is worth: L − h + L · (imbalances), h the harmonic mean of
/// the pupils kept and L half of all pupils, to a tolerance of 10. Pupils are paired by a squared robust distance, and up
/// to a fifth of them left out at a fixed price (Rosenbaum 2012, DOI 10.1198/jcgs.2011.09219). The joint design here adds
/// the schools' own distance to the mean distance of all pairs of pupils, so its pairs are others; what follows solves the
/// reference's own problems with the kernels of this design.
@Suite(
  "matchMulti reference results",
  .enabled(if: SharedReference.isPresent, Comment(rawValue: SharedReference.absence)))
struct MatchMultiReferenceTests {
  private static let covariates = ["minority", "female", "ses"]

  private struct Schools {
    let folder: URL
    let school: [String]
    let treated: [Bool]
    let columns: [[Double]]
    let rows: [String: [Int]]

    init() throws {
      folder = try #require(SharedReference.folder).appendingPathComponent("matching/multilevel")
      let file = try ReferenceFile(folder.appendingPathComponent("catholic_schools.csv"))
      school = try file.texts("school")
      treated = try file.numbers("sector").map { $0 == 1 }
      columns = try covariates.map { try file.numbers($0) }
      var rows: [String: [Int]] = [:]
      for (row, name) in school.enumerated() { rows[name, default: []].append(row) }
      self.rows = rows
    }

    /// The names of an arm's schools in order of appearance.
    func names(treated arm: Bool) -> [String] {
      var seen: Set<String> = []
      return school.indices.compactMap {
        treated[$0] == arm && seen.insert(school[$0]).inserted ? school[$0] : nil
      }
    }

    func pairs(_ tag: String) throws -> [(treated: String, control: String)] {
      let file = try ReferenceFile(
        folder.appendingPathComponent("catholic_schools_\(tag)_school_pairs.csv"))
      return Array(zip(try file.texts("TreatID"), try file.texts("CtrlID")))
    }

    /// The rows of the pupils of each pair that stay.
    func pupils(_ tag: String) throws -> [[Int]] {
      let file = try ReferenceFile(
        folder.appendingPathComponent("catholic_schools_\(tag)_matched_pupils.csv"))
      let numbers = try file.numbers("pair.id").map { Int($0) - 1 }
      var result = [[Int]](repeating: [], count: (numbers.max() ?? -1) + 1)
      for (pair, pupil) in zip(numbers, try file.numbers("pupil")) {
        result[pair].append(Int(pupil) - 1)
      }
      return result
    }

    func moments(_ column: Int, _ rows: [Int]) -> (mean: Double, variance: Double) {
      let values = rows.map { columns[column][$0] }
      let mean = values.reduce(0, +) / Double(values.count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (mean, values.count > 1 ? squares / Double(values.count - 1) : 0)
    }

    /// What two schools cost whose pupils all stay.
    func cost(_ a: [Int], _ b: [Int]) -> Double {
      let large = Double(school.count) / 2
      var imbalances = 0
      for column in columns.indices {
        let (one, other) = (moments(column, a), moments(column, b))
        let gap = one.mean - other.mean
        let spread = ((one.variance + other.variance) / 2).squareRoot()
        if spread > 0 ? abs(gap / spread) > 0.2 : gap != 0 { imbalances += 1 }
      }
      let harmonic = 2 / (1 / Double(a.count) + 1 / Double(b.count))
      return large - harmonic + large * Double(imbalances)
    }
  }

  private func show(_ items: Any...) {
    guard ProcessInfo.processInfo.environment["SHOW_ERRORS"] != nil else { return }
    print(items.map { "\($0)" }.joined(separator: " "))
  }

  private func json(_ tag: String, _ schools: Schools) throws -> JSON {
    try JSON(
      parsing: String(
        contentsOf: schools.folder.appendingPathComponent("catholic_schools_\(tag).json"),
        encoding: .utf8))
  }

  @Test("its schools' total, and the least there is")
  func schoolsOnly() throws {
    let schools = try Schools()
    let (treated, controls) = (schools.names(treated: true), schools.names(treated: false))
    var costs: [Double] = []
    for a in treated {
      for b in controls {
        costs.append(schools.cost(try #require(schools.rows[a]), try #require(schools.rows[b])))
      }
    }
    let pairs = try schools.pairs("schools_only")
    let theirs = try pairs.reduce(0.0) { sum, pair in
      let row = try #require(treated.firstIndex(of: pair.treated))
      let column = try #require(controls.firstIndex(of: pair.control))
      return sum + costs[row * controls.count + column]
    }
    let best = SmallAssignment(rows: treated.count, columns: controls.count, costs: costs)
    // Its distances count in steps of ten.
    #expect(best.total <= theirs)
    #expect(theirs - best.total < 10 * Double(pairs.count))
    let large = Double(schools.school.count) / 2
    // As many imbalances in all: only the sizes of the schools differ.
    #expect((theirs / large).rounded(.up) == (best.total / large).rounded(.up))
    let fixture = try json("schools_only", schools)
    #expect(Double(pairs.count) == fixture["n_school_pairs"]?.number)
    let pupils = pairs.reduce(0) {
      $0 + (schools.rows[$1.treated]?.count ?? 0) + (schools.rows[$1.control]?.count ?? 0)
    }
    #expect(Double(pupils) == fixture["n_pupils_matched"]?.number)
    show("ERR matchMulti schools", theirs, best.total)
  }

  @Test("its pupils inside its pairs of schools: as many, and never nearer")
  func pupils() throws {
    let schools = try Schools()
    let embedding = try RobustMahalanobis().embed(
      MatchingUnits(
        covariates: zip(Self.covariates, schools.columns).map { Covariate($0, .numbers($1)) },
        treated: schools.treated, members: Array(schools.treated.indices)))
    let points = embedding.coordinates
    func square(_ a: Int, _ b: Int) -> Double {
      (0..<points.rows).reduce(0) {
        let gap = points[$1, a] - points[$1, b]
        return $0 + gap * gap
      }
    }
    // The price of leaving a pupil out is the 5 % quantile (type 7) of the distances of all pupils of both arms.
    var all: [Double] = []
    let controls = schools.treated.indices.filter { !schools.treated[$0] }
    for a in schools.treated.indices where schools.treated[a] {
      for b in controls { all.append(square(a, b)) }
    }
    all.sort()
    let place = 0.05 * Double(all.count - 1)
    let low = Int(place)
    let price = all[low] + (place - Double(low)) * (all[low + 1] - all[low])
    let pairs = try schools.pairs("nofb")
    let kept = try schools.pupils("nofb")
    var (theirs, ours) = (0.0, 0.0)
    for (pair, pupils) in zip(pairs, kept) {
      let rows = try #require(schools.rows[pair.treated])
      let columns = try #require(schools.rows[pair.control])
      let treated = pupils.filter { schools.treated[$0] }
      let others = pupils.filter { !schools.treated[$0] }
      let spare = Int((1 - 0.8) * Double(min(rows.count, columns.count)))
      let isTurned = rows.count > columns.count + spare
      let (m, n) = (rows.count, columns.count + spare)
      var costs = [Double](repeating: price, count: m * n)
      for (i, a) in rows.enumerated() {
        for (j, b) in columns.enumerated() {
          costs[isTurned ? j * m + i : i * n + j] = square(a, b)
        }
      }
      let found = SmallAssignment(
        rows: isTurned ? n : m, columns: isTurned ? m : n, costs: costs)
      let total = zip(treated, others).reduce(0.0) { $0 + square($1.0, $1.1) }
      let left = min(m, n) - treated.count
      theirs += total + price * Double(left)
      ours += found.total
      #expect(found.total <= total + price * Double(left) + 1e-7)
      let used = found.columns.enumerated().count { row, column in
        isTurned ? row < columns.count : column < columns.count
      }
      #expect(used == treated.count)
    }
    #expect(isClose(ours, theirs, relative: 1e-4))
    #expect(
      Double(kept.reduce(0) { $0 + $1.count })
        == (try json("nofb", schools))["n_pupils_matched"]?.number)
    show("ERR matchMulti pupils", theirs, ours)
  }

  @Test("its balance of pupils", arguments: ["schools_only", "nofb"])
  func balance(_ tag: String) throws {
    let schools = try Schools()
    let file = try ReferenceFile(
      schools.folder.appendingPathComponent("catholic_schools_\(tag)_balance_students.csv"))
    let kept = try schools.pupils(tag).flatMap { $0 }
    var worst = 0.0
    for (stage, rows) in [("Before", Array(schools.school.indices)), ("After", kept)] {
      for (column, name) in Self.covariates.enumerated() {
        let row = try #require(try file.texts("variable").firstIndex(of: name))
        let arms = [true, false].map { arm in
          schools.moments(column, rows.filter { schools.treated[$0] == arm })
        }
        for (key, value) in [
          ("Treated Mean", arms[0].mean), ("Control Mean", arms[1].mean),
          (
            "SDiff",
            (arms[0].mean - arms[1].mean) / ((arms[0].variance + arms[1].variance) / 2).squareRoot()
          ),
        ] {
          let expected = try file.numbers("\(stage) \(key)")[row]
          #expect(isClose(value, expected, relative: 1e-9, absolute: 1e-12), "\(stage) \(key)")
          worst = max(worst, abs(value - expected))
        }
      }
    }
    show("ERR matchMulti balance", worst, tag)
  }
}
