import Designs
import Tables

extension ModelFrame {
  /// All values of a column, read in two blocks.
  func values(_ column: Int) -> [Double] {
    let half = rowCount / 2
    return block(column, 0..<half) + block(column, half..<rowCount)
  }

  private func block(_ column: Int, _ rows: Range<Int>) -> [Double] {
    var result = [Double](repeating: .nan, count: rows.count)
    var span = result.mutableSpan
    fill(column, rows: rows, into: &span)
    return result
  }
}

/// Pupils in schools in authorities, with memberships of the schools.
enum Sample {
  static let pupilSchool: [Int32] = [0, 0, 0, 1, 1, 2, 2, -1]

  static var data: DataSet {
    var data = DataSet()
    data.set(
      Table(
        name: "pupils",
        columns: [
          Column(
            "school",
            categories: pupilSchool.map { $0 < 0 ? nil : ["s1", "s2", "s3", "s4"][Int($0)] },
            levels: ["s1", "s2", "s3", "s4"]),
          Column("ses", numbers: [1, 2, 3, 4, .nan, 6, 8, 9]),
          Column("score", numbers: [10, 12, 11, 15, 14, 9, 8, 7]),
          Column("girl", logical: [true, false, true, true, false, false, true, true]),
          Column(
            "fsm",
            type: .logical, storage: .numbers([0, 1, .nan, 0, 1, 1, 0, 0])),
          Column("sex", categories: ["F", "M", "F", "F", "M", "M", "F", "F"], levels: ["M", "F"]),
        ]))
    data.set(
      Table(
        name: "schools",
        columns: [
          Column("school", categories: ["s1", "s2", "s3", "s4"]),
          Column("la", categories: ["north", "north", "south", "south"]),
          Column("roll", numbers: [100, 0, 300, .nan]),
          Column("fsm", numbers: [10, 20, 30, 40]),
          Column("phase", categories: ["primary", "primary", "secondary", nil]),
          Column(
            "opened", type: .date, storage: .numbers([0, 17_000, 17_410, .nan])),
          Column(
            "name", type: .text,
            storage: .codes([0, 1, 2, -1], levels: ["St Mary", "Oak Hill", "St John"])),
        ]))
    data.add(Link(from: "pupils", column: "school", to: "schools", index: pupilSchool))
    data.set(
      Table(
        name: "membership",
        columns: [
          Column("school", categories: ["s1", "s1", "s2", "s3", "s2"]),
          Column("group", categories: ["A", "B", "A", "C", "B"]),
          Column(
            "kind", categories: ["federation", "trust", "federation", "trust", "trust"]),
          // 2015-01-01 is day 16436, 2017-09-01 day 17410, 2018-09-01 day 17775.
          Column(
            "joined", type: .date, storage: .numbers([16_436, 17_410, 17_410, .nan, 17_775])),
          Column("left", type: .date, storage: .numbers([17_410, .nan, 17_775, 17_410, .nan])),
        ]))
    data.add(
      Link(from: "membership", column: "school", to: "schools", index: [0, 0, 1, 2, 1]))
    data.add(
      Episodes(
        table: "membership", unit: "school", group: "group", kind: "kind", from: "joined",
        to: "left", of: "schools"))
    return data
  }

  /// The values of an expression, logical as 0 and 1, NaN for missing.
  static func numbers(_ source: String, in table: String = "schools") throws -> [Double] {
    let column = try Expression(parsing: source).evaluate(in: data, table: table, as: "v").column
    guard case .numbers(let values) = column.storage else { return [] }
    return values
  }

  static func texts(_ source: String, in table: String = "schools") throws -> [String?] {
    let column = try Expression(parsing: source).evaluate(in: data, table: table, as: "v").column
    guard case .codes(let codes, let levels) = column.storage else { return [] }
    return codes.map { $0 < 0 ? nil : levels[Int($0)] }
  }
}

/// Whether two lists are the same, NaN being equal to NaN.
func same(_ a: some Collection<Double>, _ b: [Double]) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
}

/// The error that `body` throws, where it is one of an expression.
func expressionError(_ body: () throws -> Void) -> ExpressionError? {
  do { try body() } catch { return error as? ExpressionError }
  return nil
}
