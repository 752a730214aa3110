import Designs
import Foundation
import Tables
import TestSupport
import Testing

/// Every example of the two guides is read, and means something in a study of pupils and schools.
@Suite struct GuideTests {
  private func examples(in guide: String) throws -> [(kind: [String], source: String)] {
    let file = checkoutFolder.appendingPathComponent("Documentation/Guides/\(guide).md")
    var result: [(kind: [String], source: String)] = []
    var kind: [String]?
    for line in try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n") {
      if line.hasPrefix("```") {
        kind =
          kind == nil ? line.dropFirst(3).split(separator: " ").map(String.init) : nil
      } else if let kind, !line.isEmpty {
        result.append((kind, line))
      }
    }
    #expect(kind == nil, "a block of \(guide) is never closed")
    return result
  }

  private var data: DataSet {
    var data = DataSet()
    let n = 24
    data.set(
      Table(
        name: "pupils",
        columns: [
          Column("school", categories: (0..<n).map { "s\($0 % 4)" }),
          Column("ses", numbers: (0..<n).map { Double(($0 * 7) % 11) - 5 }),
          Column("score", numbers: (0..<n).map { Double(($0 * 5) % 13) }),
          Column("mathach", numbers: (0..<n).map { Double(($0 * 5) % 17) }),
          Column("fsm", logical: (0..<n).map { $0 % 3 == 0 }),
          Column("girl", logical: (0..<n).map { $0 % 5 < 2 }),
          Column("sex", categories: (0..<n).map { $0 % 5 < 3 ? "F" : "M" }),
          Column("year", numbers: (0..<n).map { Double(2015 + $0 / 8) }),
          Column("% absent", numbers: (0..<n).map(Double.init)),
        ]))
    data.set(
      Table(
        name: "schools",
        columns: [
          Column("school", categories: ["s0", "s1", "s2", "s3"]),
          Column("la", categories: ["A", "A", "B", "B"]),
          Column("region", categories: ["north", "south", "south", "north"]),
          Column("phase", categories: ["primary", "secondary", "primary", "primary"]),
          Column(
            "type", categories: ["community", "special", "independent", "community"]),
          Column("roll", numbers: [120, 300, 80, 210]),
          Column("fsm", numbers: [10, 40, 25, 31]),
          Column("reading", numbers: [1, 2, 3, 4]), Column("maths", numbers: [4, 3, 2, 1]),
          Column("poor", logical: [false, true, false, true]),
          Column("catholic", logical: [true, false, false, true]),
          Column("federated", logical: [true, false, true, false]),
          Column("federation", categories: ["X", nil, "Y", nil]),
          Column("opened", type: .date, storage: .numbers([0, 10_000, 16_000, 17_000])),
          Column(
            "name", type: .text,
            storage: .codes([0, 1, 1, 0], levels: ["Elm Academy", "Oak Hill"])),
        ]))
    data.add(
      Link(
        from: "pupils", column: "school", to: "schools", index: (0..<n).map { Int32($0 % 4) }))
    data.set(
      Table(
        name: "membership",
        columns: [
          Column("school", categories: ["s0", "s2"]), Column("group", categories: ["A", "B"]),
          Column("kind", categories: ["federation", "trust"]),
          Column("joined", type: .date, storage: .numbers([16_000, 16_500])),
          Column("left", type: .date, storage: .numbers([.nan, 17_000])),
        ]))
    data.add(Link(from: "membership", column: "school", to: "schools", index: [0, 2]))
    data.add(
      Episodes(
        table: "membership", unit: "school", group: "group", kind: "kind", from: "joined",
        to: "left", of: "schools"))
    return data
  }

  @Test func expressionsOfTheGuideMeanSomething() throws {
    let found = try examples(in: "Expressions").filter { $0.kind.first == "expression" }
    #expect(found.count >= 30)
    for (kind, source) in found {
      let table = try #require(kind.last)
      do {
        let result = try Expression(parsing: source).evaluate(in: data, table: table, as: "v")
        #expect(result.column.count == data[table: table]?.rowCount)
        #expect((0..<result.column.count).contains { !result.column.isMissing($0) }, "\(source)")
      } catch {
        Issue.record("\(source): \(error)")
      }
    }
  }

  /// What stands after the names of a YAML example is an expression as well.
  @Test func studyFilesOfTheGuideAreRead() throws {
    let lines = try examples(in: "Expressions").filter { $0.kind == ["yaml"] }.map(\.source)
    var count = 0
    for line in lines {
      guard let colon = line.range(of: ": ") else { continue }
      _ = try Expression(parsing: String(line[colon.upperBound...]))
      count += 1
    }
    #expect(count == 4)
  }

  @Test func formulasOfTheGuideMakeFrames() throws {
    let found = try examples(in: "Formulas").filter { $0.kind == ["formula"] }
    #expect(found.count >= 14)
    for (_, source) in found {
      do {
        let frame = try Formula(parsing: source).frame(in: data, table: "pupils")
        #expect(!frame.fixed.isEmpty && frame.rowCount == 24, "\(source)")
      } catch {
        Issue.record("\(source): \(error)")
      }
    }
  }
}
