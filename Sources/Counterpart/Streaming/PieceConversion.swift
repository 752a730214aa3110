internal import StudyFiles
internal import Tables

/// What is done to each piece of a streamed file before it is a piece of the study's table.
struct PieceConversion: Sendable {
  let name: String
  let renames: Renames
  let cells: [CellDeclaration]
  let successors: [Replacement]
  /// What became of the categories whose identifiers were replaced, by column; found by ``ConversionSurvey``.
  var replaced: [String: Levels] = [:]

  struct Replacement: Sendable {
    let column: LocatedText
    let successors: Successors
  }

  /// The levels of the whole table, and where each level of the file went.
  struct Levels: Sendable {
    let levels: [String]
    let places: [Int32]
  }

  /// Whether cells become others than the file has.
  var changesCells: Bool {
    !successors.isEmpty || cells.contains { $0.format != nil || !$0.missing.isEmpty }
  }

  /// The piece under the study's names, its cells as declared.
  func applied(to piece: Table) throws(RunError) -> Table {
    var table = try renames.applied(to: piece, year: nil)
    guard changesCells else { return table }
    do throws(TableError) { table = try table.applying(cells) } catch { throw .data(["\(error)"]) }
    return try replacing(table)
  }

  /// The columns under the study's names, and what there is to say about their notations.
  ///
  /// - Parameter schema: the columns of the file, without rows.
  /// - Throws: what is wrong with the declarations.
  func checked(_ schema: Table) throws(RunError) -> (table: Table, diagnostics: [Diagnostic]) {
    let table = try renames.applied(to: schema, year: nil)
    for replacement in successors where table[replacement.column.text] == nil {
      throw .study(
        SpecErrors(
          SpecError(
            .unknownName(replacement.column.text, kind: "column", known: table.columnNames),
            path: "data.\(name).successors", at: replacement.column.location)))
    }
    do throws(TableError) {
      return (table, try table.applying(cells).source?.diagnostics ?? [])
    } catch { throw .data(["\(error)"]) }
  }

  /// The table with each replaced identifier as its last successor.
  func replacing(_ original: Table) throws(RunError) -> Table {
    var table = original
    for replacement in successors {
      guard let column = table[replacement.column.text] else { continue }
      switch column.storage {
      case .numbers(let values):
        let new = try numbers(values, of: column, replacement.successors)
        table.set(
          Column(
            column.name, type: column.type, storage: .numbers(new), missing: column.missing))
      case .codes: break
      }
    }
    for column in table.columns {
      guard let levels = replaced[column.name], case .codes(let codes, _) = column.storage
      else { continue }
      table.set(
        Column(
          column.name, type: column.type,
          storage: .codes(
            codes.map { $0 < 0 ? -1 : levels.places[Int($0)] }, levels: levels.levels),
          missing: column.missing))
    }
    return table
  }

  private func numbers(
    _ values: [Double], of column: Column, _ successors: Successors
  ) throws(RunError) -> [Double] {
    var known: [Double: Double] = [:]
    var result: [Double] = []
    result.reserveCapacity(values.count)
    for value in values {
      if value.isNaN {
        result.append(.nan)
      } else if let number = known[value] {
        result.append(number)
      } else {
        let number = try successors.number(
          successors.last(of: column.type.text(of: value)), of: column.name, name)
        known[value] = number
        result.append(number)
      }
    }
    return result
  }
}
