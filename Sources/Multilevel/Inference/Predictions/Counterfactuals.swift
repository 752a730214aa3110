internal import Designs
internal import Tables

/// Asks a model's formula what its rows would be with other values of some columns.
struct Counterfactuals {
  let formula: Formula
  let frame: ModelFrame
  let data: DataSet
  let table: String
  let options: FrameOptions

  /// What a column is set to.
  enum Change: Sendable {
    /// One value in every row, as it is written.
    case constant(String)
    /// Itself plus a number.
    case shift(Double)
  }

  /// - Throws: ``Designs/ExpressionError`` at a place of the formula, or ``ChangeError`` where a value does not fit
  ///   its column.
  func prediction(_ changes: [(column: String, change: Change)]) throws -> AveragePrediction {
    AveragePrediction(try frame(changes))
  }

  /// The rows of the frame as they would be, without their random terms.
  ///
  /// - Throws: as ``prediction(_:)``.
  func frame(_ changes: [(column: String, change: Change)]) throws -> ModelFrame {
    var changed = data
    for (name, change) in changes {
      let column = try changed.resolve(name, from: table)
      guard var owner = changed[table: column.table] else { continue }
      owner.set(try column.column.changed(change))
      changed.set(owner)
    }
    return try formula.counterfactual(
      of: frame, from: data, to: changed, columns: changes.map(\.column), table: table,
      options: options)
  }

  /// The values of a column at the rows of the frame.
  func numbers(_ name: String) throws -> [Double] {
    let column = try data.resolve(name, from: table)
    guard case .numbers(let values) = column.column.storage else { return [] }
    func value(_ row: Int) -> Double {
      guard let index = column.index else { return values[row] }
      return index[row] < 0 ? .nan : values[Int(index[row])]
    }
    if let selection = frame.selection { return selection.map { value(Int($0)) } }
    return (0..<frame.rowCount).map(value)
  }

  /// The levels of a category that occur at the rows of the frame, in their order.
  func levels(_ name: String) throws -> [String] {
    let column = try data.resolve(name, from: table)
    guard case .codes(let codes, let levels) = column.column.storage else { return [] }
    var occurs = [Bool](repeating: false, count: levels.count)
    for position in 0..<frame.rowCount {
      let row = frame.selection.map { Int($0[position]) } ?? position
      let own = column.index.map { Int($0[row]) } ?? row
      if own >= 0, codes[own] >= 0 { occurs[Int(codes[own])] = true }
    }
    return levels.indices.filter { occurs[$0] }.map { levels[$0] }
  }
}

/// Why a column cannot be set to a value.
enum ChangeError: Error, Sendable, Hashable, CustomStringConvertible {
  case notANumber(String, column: String)
  case unknownLevel(String, column: String, known: [String])
  case noValues(column: String, type: ColumnType)

  var description: String {
    switch self {
    case .notANumber(let text, let column): "`\(text)` is no number, but `\(column)` holds numbers"
    case .unknownLevel(let text, let column, let known):
      "`\(column)` has no level `\(text)`: it has "
        + known.map { "`\($0)`" }.joined(separator: ", ")
    case .noValues(let column, let type):
      "`\(column)` is a \(type.rawValue), which cannot be set here"
    }
  }
}

extension Column {
  fileprivate func changed(_ change: Counterfactuals.Change) throws -> Column {
    switch (storage, change) {
    case (.numbers(let values), .shift(let step)):
      return Column(name, type: type, storage: .numbers(values.map { $0 + step }))
    case (.numbers(let values), .constant(let text)):
      guard type != .date else { throw ChangeError.noValues(column: name, type: type) }
      var number = Double(text)
      if type == .logical, text == "true" || text == "false" { number = text == "true" ? 1 : 0 }
      guard let number, number.isFinite else { throw ChangeError.notANumber(text, column: name) }
      return Column(
        name, type: type, storage: .numbers([Double](repeating: number, count: values.count)))
    case (.codes(let codes, let levels), .constant(let text)):
      guard let code = levels.firstIndex(of: text) else {
        throw ChangeError.unknownLevel(text, column: name, known: levels)
      }
      return Column(
        name, type: type,
        storage: .codes([Int32](repeating: Int32(code), count: codes.count), levels: levels))
    case (.codes, .shift): throw ChangeError.noValues(column: name, type: type)
    }
  }
}
