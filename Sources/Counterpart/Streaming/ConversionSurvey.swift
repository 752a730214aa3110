internal import StudyFiles
internal import Tables

/// What one reading of a streamed file finds out about cells in other notations and replaced identifiers: levels,
/// missing cells, extents, and every cell that does not fit.
struct ConversionSurvey {
  private let start: PieceConversion
  private let source: DelimitedStream
  private var misfits: [CellMisfit] = []
  private var misfitCount = 0
  private var columns: [Found] = []
  private(set) var diagnostics: [Diagnostic] = []

  /// What is known of a column so far, before its identifiers are replaced.
  private struct Found {
    var column: Column
    /// Missing cells by the codes of the whole table.
    let missing: [MissingCount]
    /// Missing cells by the column's own codes.
    var codes: [String: Int] = [:]
    /// Rows of each level of a category.
    var rows: [Int]
    /// Rows of each number, of columns whose identifiers are replaced.
    var numbers: [Double: Int] = [:]
    var extent: ColumnExtent
  }

  init(_ start: PieceConversion, _ source: DelimitedStream) {
    self.start = start
    self.source = source
  }

  mutating func add(_ piece: Table) throws(RunError) {
    var table = try start.renames.applied(to: piece, year: nil)
    do throws(TableError) { table = try table.applying(start.cells) } catch {
      guard case .misfits(let cells, let count, _) = error else { throw .data(["\(error)"]) }
      misfits += cells.prefix(max(0, TableError.faultsShown - misfits.count))
      misfitCount += count
      return
    }
    if columns.isEmpty {
      columns = zip(table.columns, source.columns).map { column, known in
        var rows: [Int] = []
        if case .codes(_, let levels) = column.storage {
          rows = [Int](repeating: 0, count: levels.count)
        }
        return Found(
          column: column, missing: known.column.missing, rows: rows, extent: ColumnExtent())
      }
    }
    let replacedNames = start.successors.map(\.column.text)
    for place in columns.indices {
      let column = table.columns[place]
      columns[place].extent.add(column)
      for count in column.missing { columns[place].codes[count.code, default: 0] += count.count }
      switch column.storage {
      case .codes(let codes, _):
        for code in codes where code >= 0 { columns[place].rows[Int(code)] += 1 }
      case .numbers(let values) where replacedNames.contains(column.name):
        for value in values where !value.isNaN { columns[place].numbers[value, default: 0] += 1 }
      case .numbers: break
      }
    }
  }

  func refuseMisfits() throws(RunError) {
    guard misfitCount > 0 else { return }
    let problem = TableError.misfits(misfits, count: misfitCount, file: source.file.path)
    throw .data(["\(problem)"])
  }

  /// The conversion with the levels of the whole file.
  mutating func conversion() throws(RunError) -> PieceConversion {
    var result = start
    for replacement in start.successors {
      guard let place = columns.firstIndex(where: { $0.column.name == replacement.column.text })
      else { continue }
      let (found, successors) = (columns[place], replacement.successors)
      var changed = 0
      switch found.column.storage {
      case .codes(_, let levels):
        let before = result.replaced[found.column.name]
        let own = before?.levels ?? levels
        let new = own.map { successors.last(of: $0) }
        var rows = [Int](repeating: 0, count: own.count)
        for (level, count) in found.rows.enumerated() where count > 0 {
          rows[before.map { Int($0.places[level]) } ?? level] += count
        }
        changed = own.indices.reduce(0) { $0 + (new[$1] == own[$1] ? 0 : rows[$1]) }
        guard changed > 0 else { break }
        // In order, and those alone that have rows.
        let kept = Set(own.indices.filter { rows[$0] > 0 }.map { new[$0] }).sorted()
        let codes = Dictionary(
          zip(kept, kept.indices.map(Int32.init)), uniquingKeysWith: { first, _ in first })
        let places = new.map { codes[$0] ?? -1 }
        result.replaced[found.column.name] = PieceConversion.Levels(
          levels: kept,
          places: before.map { $0.places.map { $0 < 0 ? -1 : places[Int($0)] } } ?? places)
      case .numbers:
        for (value, count) in found.numbers {
          let text = found.column.type.text(of: value)
          if successors.last(of: text) != text { changed += count }
        }
      }
      diagnostics.append(
        successors.doubt(changed: changed, found.column.name, of: start.name))
    }
    return result
  }

  /// The columns of the whole table.
  func columns(_ conversion: PieceConversion) throws(RunError) -> [StreamedColumn] {
    var result: [StreamedColumn] = []
    for found in columns {
      let column = found.column
      let own = start.cells.first { $0.column == column.name }?.missing ?? []
      let missing =
        found.missing
        + own.compactMap { code in found.codes[code].map { MissingCount(code: code, count: $0) } }
      let storage: Column.Storage
      var range: ClosedRange<Double>?
      switch column.storage {
      case .codes(_, let levels):
        storage = .codes([], levels: conversion.replaced[column.name]?.levels ?? levels)
      case .numbers:
        storage = .numbers([])
        if !found.numbers.isEmpty {
          let numbers = Table(
            name: conversion.name,
            columns: [
              Column(
                column.name, type: column.type, storage: .numbers(found.numbers.keys.sorted()))
            ])
          range = ColumnExtent(of: try conversion.replacing(numbers).columns[0]).range
        }
      }
      result.append(
        StreamedColumn(
          column: Column(
            column.name, type: column.type, storage: storage, missing: missing),
          found.extent, range: range))
    }
    return result
  }
}
