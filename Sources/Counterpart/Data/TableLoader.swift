internal import Designs
internal import StudyFiles
internal import Tables

/// Reads the declared tables, checks their keys, and follows their links.
struct TableLoader {
  private let study: Study
  private(set) var inputHashes: [String: String] = [:]
  private(set) var diagnostics: [Diagnostic] = []
  private(set) var streams: [StreamedTable] = []

  /// Tables that are given and not read, by name.
  private let given: [String: Table]

  init(study: Study, given: [Table] = []) {
    self.study = study
    self.given = Dictionary(given.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  mutating func read(_ notify: @Sendable (RunEvent) -> Void) throws(RunError) -> DataSet {
    try requireFiles()
    try StreamingRules.check(study.tables)
    var data = DataSet()
    for declaration in study.tables {
      notify(.reading(table: declaration.name.text, file: declaration.file.text))
      data.set(try declaration.isStreamed ? streamed(declaration) : table(declaration))
      if declaration.isStreamed { data.markStreamed(declaration.name.text) }
    }
    try requireColumns(in: data)
    try checkKeys(in: data)
    try addLinks(to: &data)
    try PanelReader(study).add(to: &data)
    try addEpisodes(to: &data)
    return data
  }

  /// All missing files together, each where the study names it.
  private func requireFiles() throws(RunError) {
    let problems = study.tables.flatMap { declaration -> [SpecError] in
      guard given[declaration.name.text] == nil else { return [] }
      return ([(declaration.file, "file")] + declaration.download.otherFiles).compactMap {
        file, key in
        let path = study.resolve(path: file.text)
        guard !FileAccess.exists(path) else { return nil }
        return SpecError(
          .rule("there is no file `\(path)`; paths start from the study file's folder"),
          path: "data.\(declaration.name.text).\(key)", at: file.location)
      }
    }
    guard problems.isEmpty else { throw .study(SpecErrors(problems)) }
  }

  private mutating func table(_ declaration: TableDeclaration) throws(RunError) -> Table {
    if let table = given[declaration.name.text] { return table }
    var downloaded = DownloadedTable(declaration, of: study)
    let table = try downloaded.read()
    inputHashes.merge(downloaded.hashes) { first, _ in first }
    diagnostics += downloaded.diagnostics
    return table
  }

  /// The columns of a streamed table, from a reading that keeps no row.
  private mutating func streamed(_ declaration: TableDeclaration) throws(RunError) -> Table {
    let stream = try StreamedTable(declaration, of: study)
    inputHashes.merge(stream.hashes) { first, _ in first }
    diagnostics += stream.diagnostics
    streams.append(stream)
    return stream.schema
  }

  /// Every column that `key`, `link`, `location` and `episodes` name, all that are unknown together.
  private func requireColumns(in data: DataSet) throws(RunError) {
    var problems: [SpecError] = []
    func require(_ column: LocatedText?, of table: String, _ path: String) {
      guard let column, let known = data[table: table]?.columnNames,
        !known.contains(column.text)
      else { return }
      problems.append(
        SpecError(
          .unknownName(column.text, kind: "column of `\(table)`", known: known), path: path,
          at: column.location))
    }
    for declaration in study.tables {
      let name = declaration.name.text
      require(declaration.year, of: name, "data.\(name).year")
      for column in declaration.key { require(column, of: name, "data.\(name).key") }
      for link in declaration.links {
        require(link.column, of: name, "data.\(name).link")
        require(link.target, of: link.table.text, "data.\(name).link")
      }
      for column in declaration.location?.columns ?? [] {
        require(column, of: name, "data.\(name).location")
      }
      if let episodes = declaration.episodes {
        for column in [episodes.unit, episodes.group, episodes.kind, episodes.from, episodes.to] {
          require(column, of: name, "data.\(name).episodes")
        }
      }
    }
    guard problems.isEmpty else { throw .study(SpecErrors(problems)) }
  }

  private func checkKeys(in data: DataSet) throws(RunError) {
    var problems: [String] = []
    for declaration in study.tables where !declaration.key.isEmpty {
      guard let table = data[table: declaration.name.text] else { continue }
      do throws(TableError) { try table.requireKey(declaration.key.map(\.text)) } catch {
        problems.append("\(error)")
      }
    }
    guard problems.isEmpty else { throw .data(problems) }
  }

  private func addLinks(to data: inout DataSet) throws(RunError) {
    var problems: [String] = []
    for declaration in study.tables {
      for link in declaration.links where !PanelReader(study).isPanel(link.table.text) {
        guard let from = data[table: declaration.name.text], let to = data[table: link.table.text]
        else { continue }
        do throws(TableError) {
          data.add(
            Link(
              from: from.name, column: link.column.text, to: to.name,
              index: try from.link(link.column.text, to: to, key: link.target.text)))
        } catch { problems.append("\(error)") }
      }
    }
    guard problems.isEmpty else { throw .data(problems) }
  }

  private func addEpisodes(to data: inout DataSet) throws(RunError) {
    for declaration in study.tables {
      guard let episodes = declaration.episodes else { continue }
      guard
        let units = declaration.links.first(where: { $0.column.text == episodes.unit.text })?.table
      else {
        throw .study(
          SpecErrors(
            SpecError(
              .rule(
                "the unit column `\(episodes.unit.text)` links to no table: add "
                  + "`link: {\(episodes.unit.text): TABLE.COLUMN}`"),
              path: "data.\(declaration.name.text).episodes", at: episodes.unit.location)))
      }
      data.add(
        Episodes(
          table: declaration.name.text, unit: episodes.unit.text, group: episodes.group.text,
          kind: episodes.kind?.text, from: episodes.from.text, to: episodes.to?.text,
          of: PanelReader(study).isPanel(units.text)
            ? study.tables.first { $0.name == units || $0.name.text == units.text }.map(
              PanelReader.unitsName(of:)) ?? units.text : units.text))
    }
  }
}
