import Foundation
import Tables
import TestSupport
import Testing

/// The data that come with the project, read as a study reads them.
@Suite struct ShippedDataTests {
  private func read(_ path: String, as name: String) throws -> Table {
    try DelimitedFile(checkoutFolder.appendingPathComponent("Data/\(path)").path).read(as: name)
  }

  @Test func highSchoolAndBeyond() throws {
    let pupils = try read("high-school-and-beyond/pupils.csv", as: "pupils")
    let schools = try read("high-school-and-beyond/schools.csv", as: "schools")
    #expect(pupils.rowCount == 7185 && schools.rowCount == 160)
    #expect(
      pupils.columns.map(\.type) == [
        .integer, .integer, .logical, .logical, .number, .number, .number,
      ])
    #expect(
      schools.columns.map(\.type) == [
        .integer, .category, .integer, .number, .number, .logical, .number, .number,
      ])
    try pupils.requireKey(["pupil"])
    try schools.requireKey(["school"])
    let rows = try pupils.link("school", to: schools, key: "school")
    #expect(Set(rows).count == 160 && rows.min() == 0)
    // Means computed by R from the package's own data frame.
    #expect(try isClose(mean(pupils, "mathach"), 12.747852609603345, relative: 1e-14))
    #expect(try isClose(mean(schools, "size"), 1097.825, relative: 1e-14))
    guard case .codes(let sectors, ["Catholic", "Public"]) = schools["sector"]?.storage else {
      Issue.record("sector is no category")
      return
    }
    #expect(sectors.count { $0 == 0 } == 70)
    // The school's mean is the mean of its pupils.
    let (ses, means) = (try numbers(pupils, "ses"), try numbers(schools, "meanses"))
    var sums = Array(repeating: (0.0, 0.0), count: 160)
    for (pupil, row) in rows.enumerated() {
      sums[Int(row)].0 += ses[pupil]
      sums[Int(row)].1 += 1
    }
    #expect(zip(sums, means).allSatisfy { isClose($0.0 / $0.1, $1, absolute: 1e-14) })
    #expect([pupils, schools].flatMap(\.columns).allSatisfy { $0.missing.isEmpty })
  }

  @Test func londonGCSE() throws {
    let pupils = try read("london-gcse/pupils.csv", as: "pupils")
    #expect(pupils.rowCount == 4059)
    #expect(
      pupils.columnNames == [
        "pupil", "school", "student", "normexam", "standLRT", "sex", "vr", "intake", "schgend",
        "schavg", "type",
      ])
    try pupils.requireKey(["pupil"])
    #expect(throws: TableError.self) { try pupils.requireKey(["school", "student"]) }
    #expect(try Set(numbers(pupils, "school")).count == 65)
    #expect(try isClose(mean(pupils, "normexam"), -0.00011380542005420999, absolute: 1e-15))
    #expect(try isClose(mean(pupils, "standLRT"), 0.0018103538309928624, absolute: 1e-15))
    #expect(pupils["sex"]?.type == .category && pupils["vr"]?.type == .category)
    #expect(pupils.columns.allSatisfy { $0.missing.isEmpty })
  }

  private func mean(_ table: Table, _ name: String) throws -> Double {
    let values = try numbers(table, name)
    return values.reduce(0, +) / Double(values.count)
  }
}
