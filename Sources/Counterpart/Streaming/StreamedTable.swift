internal import Designs
internal import StudyFiles
internal import Tables

/// A table of the study that is read in pieces, each with the names, notations and identifiers that the study
/// declares, as ``DownloadedTable`` gives them to a table in memory.
struct StreamedTable: Sendable {
  let name: String
  /// In the order of the file, under the study's names.
  let columns: [StreamedColumn]
  let diagnostics: [Diagnostic]
  /// The hashes of the files, by their paths in the study.
  let hashes: [String: String]
  private let source: DelimitedStream
  private let conversion: PieceConversion

  var rowCount: Int { source.rowCount }
  var path: String { source.file.path }

  /// The table without rows, its columns with their types and levels.
  var schema: Table { Table(name: name, columns: columns.map(\.column)) }

  /// Reads the file once; where cells are in another notation or identifiers were replaced, twice.
  init(_ declaration: TableDeclaration, of study: Study) throws(RunError) {
    name = declaration.name.text
    let download = declaration.download
    var files = DownloadedTable(declaration, of: study)
    let renames = try Renames(
      of: download, reading: { (file) throws(RunError) in try files.helper(file) })
    let path = study.resolve(path: declaration.file.text)
    try FileAccess.requireReadable(path)
    var digest = RunningDigest()
    do throws(TableError) {
      source = try DelimitedStream(
        scanning: DownloadedFile(
          DelimitedFile(
            path,
            settings: DownloadedTable.settings(
              declaration, columns: declaration.columns, year: nil, renames)),
          encoding: download.encoding),
        as: name, watch: { digest.add($0) })
    } catch { throw files.located(error, renames, year: nil) }
    var successors: [PieceConversion.Replacement] = []
    for successor in download.successors {
      successors.append(
        PieceConversion.Replacement(
          column: successor.column,
          successors: try Successors(try files.helper(successor.file), file: successor.file.text)))
    }
    var hashes = files.hashes
    hashes[declaration.file.text] = digest.text
    self.hashes = hashes
    let first = PieceConversion(
      name: name, renames: renames, cells: declaration.columns.map(\.cells), successors: successors)
    let known = source.columns
    let checked = try first.checked(
      Table(
        name: name, columns: known.map(\.column),
        source: TableSource(
          file: path, header: [], diagnostics: [], firstLine: 1, shifts: [])))
    guard first.changesCells else {
      conversion = first
      columns = zip(checked.table.columns, known).map { $1.renamed($0) }
      diagnostics = source.diagnostics + columns.compactMap { [name] in $0.suspectDates(of: name) }
      return
    }
    var survey = ConversionSurvey(first, source)
    var pieces: DelimitedChunks
    do throws(TableError) { pieces = try source.chunks() } catch { throw .data(["\(error)"]) }
    while let piece = try Self.next(&pieces) { try survey.add(piece) }
    try survey.refuseMisfits()
    conversion = try survey.conversion()
    columns = try survey.columns(conversion)
    diagnostics =
      source.diagnostics + checked.diagnostics + survey.diagnostics
      + columns.compactMap { [name] in $0.suspectDates(of: name) }
  }

  private static func next(_ pieces: inout DelimitedChunks) throws(RunError) -> Table? {
    do throws(TableError) { return try pieces.next()?.table } catch { throw .data(["\(error)"]) }
  }

  /// The pieces of the file from its first row on.
  func chunks() throws(TableError) -> DelimitedChunks { try source.chunks() }

  var hasPieces: Bool { source.hasPieces }
  var pieceCount: Int { source.pieceCount }

  func piece(_ index: Int) throws(TableError) -> (table: Table, firstRow: Int) {
    let (table, firstRow) = try source.piece(index)
    return (try converted(table), firstRow)
  }

  /// A piece of the file as the study has it.
  func converted(_ piece: Table) throws(TableError) -> Table {
    do throws(RunError) { return try conversion.applied(to: piece) } catch {
      // The reading that found the columns has thrown it, unless the file is another by now.
      throw .unreadableFile(path, reason: "it has changed since it was first read")
    }
  }
}
