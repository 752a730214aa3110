import Designs
import Foundation
import Tables

/// A reference data set: a plain CSV file whose categories are named with their levels in order.
struct ReferenceData {
  let table: Table

  /// - Parameter categories: the columns that are categories, with their levels in order.
  init(_ file: URL, categories: [String: [String]]) throws {
    let lines = try String(contentsOf: file, encoding: .utf8)
      .split(separator: "\n").map { Self.cells(String($0)) }
    let names = lines[0]
    let columns = names.enumerated().map { position, name in
      let cells = lines.dropFirst().map { $0[position] }
      if let levels = categories[name] {
        return Column(
          name, categories: cells.map { $0.isEmpty ? nil : $0 },
          levels: levels.isEmpty ? nil : levels)
      }
      if let numbers = Self.numbers(cells) { return Column(name, numbers: numbers) }
      return Column(name, categories: cells.map { $0.isEmpty ? nil : $0 })
    }
    table = Table(name: "data", columns: columns)
  }

  init(_ table: Table) { self.table = table }

  /// With one more column, or one replaced.
  func adding(_ column: Column) -> ReferenceData {
    var table = table
    table.set(column)
    return ReferenceData(table)
  }

  func frame(
    _ formula: String, weights: String? = nil, structure: RowStructureOptions? = nil
  ) throws -> ModelFrame {
    var data = DataSet()
    data.set(table)
    return try Formula(parsing: formula).frame(
      in: data, table: "data", options: FrameOptions(weights: weights, structure: structure))
  }

  func numbers(_ name: String) -> [Double] {
    guard case .numbers(let values) = table[name]?.storage else { return [] }
    return values
  }

  private static func numbers(_ cells: [String]) -> [Double]? {
    var result: [Double] = []
    for cell in cells {
      if cell.isEmpty || cell == "NA" {
        result.append(.nan)
      } else if let value = Double(cell) {
        result.append(value)
      } else {
        return nil
      }
    }
    return result
  }

  private static func cells(_ line: String) -> [String] {
    line.split(separator: ",", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: CharacterSet(charactersIn: "\""))
    }
  }
}
