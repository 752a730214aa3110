internal import Tables

/// How the same table differs between two runs.
public struct TableComparison: Sendable, Hashable {
  /// The table's name in `tables/`, without its ending.
  public let table: String
  /// What is different, in the order of the rows; at most ``limit`` sentences.
  public let differences: [String]
  /// How many cells or shapes differ in all.
  public let count: Int

  static let limit = 5

  /// Compares cell by cell. Numbers may differ by `tolerance` relative to the larger; texts must agree.
  init(table: String, before: TidyTable, after: TidyTable, tolerance: Double) {
    self.table = table
    var found: [String] = []
    var count = 0
    func note(_ sentence: @autoclosure () -> String) {
      count += 1
      if found.count < Self.limit { found.append(sentence()) }
    }
    let names = before.fields.map(\.name)
    if names != after.fields.map(\.name) {
      note(
        "columns were \(names.joined(separator: ", ")) and are "
          + after.fields.map(\.name).joined(separator: ", "))
    } else {
      if before.rows.count != after.rows.count {
        note("\(before.rows.count) rows before, \(after.rows.count) now")
      }
      for (row, (old, new)) in zip(before.rows, after.rows).enumerated() {
        for (column, (a, b)) in zip(old, new).enumerated()
        where !Self.agree(a, b, tolerance: tolerance) {
          note(
            "row \(row + 1) (\(old.first.map(Self.text) ?? "")), \(names[column]): "
              + "\(Self.text(a)) before, \(Self.text(b)) now")
        }
      }
    }
    differences = found
    self.count = count
  }

  private static func agree(_ a: Cell, _ b: Cell, tolerance: Double) -> Bool {
    guard let x = number(a), let y = number(b) else { return a == b }
    return x == y || abs(x - y) <= tolerance * max(abs(x), abs(y))
  }

  private static func number(_ cell: Cell) -> Double? {
    switch cell {
    case .number(let value): value
    case .count(let value): Double(value)
    default: nil
    }
  }

  private static func text(_ cell: Cell) -> String {
    switch cell {
    case .number(let value): "\(value)"
    case .count(let value): "\(value)"
    case .text(let value): value
    case .flag(let value): "\(value)"
    case .missing: "nothing"
    }
  }
}
