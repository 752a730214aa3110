import Tables
import Testing

/// Reads text as if it were the file `t.csv`.
func read(
  _ text: String, _ settings: DelimitedSettings = DelimitedSettings(), path: String = "t.csv"
) throws(TableError) -> Table {
  try DelimitedFile(path, settings: settings).read(text: text, as: "t")
}

/// The values of a column that is stored as numbers.
func numbers(_ table: Table, _ name: String) throws -> [Double] {
  let column = try #require(table[name])
  guard case .numbers(let values) = column.storage else {
    Issue.record("\(name) is \(column.type)")
    return []
  }
  return values
}

/// The values of a column as they are written.
func texts(_ table: Table, _ name: String) throws -> [String] {
  let column = try #require(table[name])
  return (0..<column.count).map(column.text(at:))
}
