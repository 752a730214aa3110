internal import Designs
internal import StudyFiles
internal import Tables

/// Makes one table of what was downloaded for it: a file, or a file a year, with other names for columns, rows that
/// are not the table's, cells in other notations, and identifiers that were replaced.
struct DownloadedTable {
  let study: Study
  let declaration: TableDeclaration
  private(set) var hashes: [String: String] = [:]
  private(set) var diagnostics: [Diagnostic] = []

  init(_ declaration: TableDeclaration, of study: Study) {
    self.declaration = declaration
    self.study = study
  }

  private var name: String { declaration.name.text }

  mutating func read() throws(RunError) -> Table {
    let download = declaration.download
    let renames = try Renames(
      of: download, reading: { (file) throws(RunError) in try helper(file) })
    var table: Table
    if download.years.isEmpty {
      table = try one(declaration.file, year: nil, renames)
    } else {
      var parts: [(year: Int, table: Table)] = []
      for file in download.years {
        parts.append((file.year, try one(file.file, year: file.year, renames)))
      }
      let stacked = StackedYears(parts, as: name)
      diagnostics += stacked.diagnostics
      table = stacked.table
    }
    for successor in download.successors {
      let replacements = try Successors(try helper(successor.file), file: successor.file.text)
      table = try replacements.applied(to: successor, of: table, diagnostics: &diagnostics)
    }
    diagnostics += table.suspectDates
    return table
  }

  /// A small table that says something about the data.
  mutating func helper(_ file: LocatedText) throws(RunError) -> Table {
    let path = study.resolve(path: file.text)
    let contents = try FileAccess.readData(path)
    hashes[file.text] = Digest.of(contents)
    do throws(TableError) {
      let types = ["from", "to"].map { ($0, DelimitedSettings.Declaration(.text)) }
      return try DownloadedFile(
        DelimitedFile(
          path,
          settings: DelimitedSettings(
            columns: Dictionary(types, uniquingKeysWith: { first, _ in first })))
      ).read(Array(contents), as: file.text)
    } catch {
      if case .unknownColumn(_, _, let known) = error {
        throw .data([
          "\(file.text): expected columns `from` and `to`, found "
            + known.map { "`\($0)`" }.joined(separator: ", ")
        ])
      }
      throw .data(["\(error)"])
    }
  }

  private mutating func one(
    _ file: LocatedText, year: Int?, _ renames: Renames
  ) throws(RunError) -> Table {
    let path = study.resolve(path: file.text)
    try FileAccess.requireReadable(path)
    var table: Table
    var columns = declaration.columns
    while true {
      do throws(TableError) {
        table = try read(file, columns: columns, year: year, renames)
        break
      } catch {
        // A column of some years only is missing in the others.
        if case .unknownColumn(let name, _, _) = error, year != nil, columns.count > 0 {
          let before = columns.count
          columns.removeAll { renames.original(of: $0.name.text, year: year) == name }
          if columns.count < before { continue }
        }
        throw located(error, renames, year: year)
      }
    }
    let found = table.source?.diagnostics ?? []
    table = try renames.applied(to: table, year: year)
    table = try selected(table)
    // Rows that were left out may have been why a column looked like texts.
    diagnostics += found.filter { doubt in
      guard doubt.code.hasPrefix("texts-among-") else { return true }
      return !table.columns.contains {
        [.number, .integer, .date].contains($0.type)
          && doubt.message.contains(
            "column `\(renames.original(of: $0.name, year: year))` is read as a category")
      }
    }
    do throws(TableError) {
      let formatted = try table.applying(columns.map(\.cells))
      diagnostics +=
        formatted.source.map { source in
          source.diagnostics.filter { !(table.source?.diagnostics.contains($0) ?? false) }
        } ?? []
      return formatted
    } catch { throw .data(["\(error)"]) }
  }

  private mutating func read(
    _ file: LocatedText, columns: [TableDeclaration.ColumnDeclaration], year: Int?,
    _ renames: Renames
  ) throws(TableError) -> Table {
    let path = study.resolve(path: file.text)
    let settings = Self.settings(declaration, columns: columns, year: year, renames)
    if let format = LabelledFile.Format(fileExtensionOf: path) {
      let contents = try? FileAccess.readData(path)
      hashes[file.text] = contents.map { Digest.of($0) }
      return try LabelledFile(
        path, format: format, settings: settings, encoding: declaration.download.encoding
      ).read(as: name)
    }
    var digest = RunningDigest()
    let table = try DownloadedFile(
      DelimitedFile(path, settings: settings), encoding: declaration.download.encoding
    ).read(as: name, watch: { digest.add($0) })
    hashes[file.text] = digest.text
    return table
  }

  /// How a file is to be read before its columns have the study's names.
  static func settings(
    _ declaration: TableDeclaration, columns: [TableDeclaration.ColumnDeclaration], year: Int?,
    _ renames: Renames
  ) -> DelimitedSettings {
    var declared: [String: DelimitedSettings.Declaration] = [:]
    for column in columns {
      // What is written in another notation is read as text first, and its codes are taken off then.
      declared[renames.original(of: column.name.text, year: year)] =
        column.format != nil
        ? DelimitedSettings.Declaration(.text)
        : DelimitedSettings.Declaration(
          column.type ?? (column.levels == nil ? nil : .category), levels: column.levels,
          missing: column.missing)
    }
    return DelimitedSettings(missing: declaration.missing, columns: declared)
  }

  /// The rows that the declared rule keeps; columns that were texts only because of the others are numbers then.
  private mutating func selected(_ table: Table) throws(RunError) -> Table {
    guard let rule = declaration.download.rows else { return table }
    var data = DataSet()
    data.set(table)
    let path = "data.\(name).rows"
    let rows: [Int]
    var undecided = 0
    do throws(ExpressionError) {
      let verdicts = try Expression(parsing: rule.text).evaluateLogical(in: data, table: name)
        .verdicts
      rows = verdicts.indices.filter { row in
        if case .holds = verdicts[row] { return true }
        if case .missing = verdicts[row] { undecided += 1 }
        return false
      }
    } catch { throw .study(SpecErrors(SpecError(error, in: rule, path: path))) }
    guard !rows.isEmpty else {
      throw .data(["`\(name)`: no row meets `rows: \(rule.text)`"])
    }
    diagnostics.append(
      Diagnostic(
        undecided > 0 ? .warning : .note, code: "rows-selected",
        "`rows: \(rule.text)` kept \(rows.count) of \(table.rowCount) rows of `\(name)`"
          + (undecided > 0
            ? "; \(undecided) could not be decided, because a value is missing, and are left out"
            : "")))
    let declared = Set(
      declaration.columns.filter { $0.type != nil || $0.levels != nil || $0.format != nil }
        .map(\.name.text))
    return table.selecting(rows: rows).withTypesFoundAgain(except: declared)
  }

  func located(_ error: TableError, _ renames: Renames, year: Int?) -> RunError {
    if case .unknownColumn(let name, _, let known) = error,
      let column = declaration.columns.first(where: {
        renames.original(of: $0.name.text, year: year) == name
      })
    {
      return .study(
        SpecErrors(
          SpecError(
            .unknownName(name, kind: "column", known: known),
            path: "data.\(self.name).columns", at: column.name.location)))
    }
    return .data(["\(error)"])
  }
}

extension TableDeclaration.ColumnDeclaration {
  /// What is said of its cells beyond what reading them takes care of.
  var cells: CellDeclaration {
    CellDeclaration(name.text, format: format, missing: format == nil ? [] : missing)
  }
}
