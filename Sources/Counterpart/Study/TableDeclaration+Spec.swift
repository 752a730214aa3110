public import StudyFiles
internal import Tables

extension TableDeclaration {
  /// Everything but the name, which stands above the section.
  struct Settings: Sendable {
    let file: LocatedText
    let key: [LocatedText]
    let links: [LinkDeclaration]
    let missing: [String]
    let columns: [ColumnDeclaration]
    let location: LocationDeclaration?
    let episodes: EpisodesDeclaration?
    let isStreamed: Bool
    let year: LocatedText?
    let asOf: Int?
    let download: DownloadDeclaration
  }

  init(name: LocatedText, settings: Settings) {
    self.name = name
    file = settings.file
    key = settings.key
    links = settings.links
    missing = settings.missing
    columns = settings.columns
    location = settings.location
    episodes = settings.episodes
    isStreamed = settings.isStreamed
    year = settings.year
    asOf = settings.asOf
    download = settings.download
  }

  static let format = ValueFormat.section("a table: a section with `file`", keys: Keys.all) {
    (section) throws(SpecErrors) in
    let files = try section.read(Keys.file)
    return Settings(
      file: files[0].file, key: try section.read(Keys.key),
      links: try section.read(Keys.link), missing: try section.read(Keys.missing),
      columns: try section.read(Keys.columns), location: try section.read(Keys.location),
      episodes: try section.read(Keys.episodes), isStreamed: try section.read(Keys.stream),
      year: try section.read(Keys.year), asOf: try section.read(Keys.asOf),
      download: try DownloadDeclaration(files: files, from: section))
  }

  /// The keys of a table's section.
  public enum Keys {
    static let file = Key(
      "file", DownloadDeclaration.fileFormat,
      "the file, relative to the study; its ending says how it is separated; or `{2018: …, 2019: …}`"
    )
    static let key = Key(
      "key", .list(of: .text("a column"), atLeast: 1), default: [], shown: "none",
      "the column or columns that identify a row; checked to be unique")
    static let link = Key(
      "link", linkFormat, default: [], shown: "none",
      "columns that name a row of another table, as `{school: schools.school}`")
    static let missing = Key(
      "missing", DownloadDeclaration.missingFormat, default: ["", "NA"], shown: "[\"\", NA]",
      "the texts that stand for a missing value, each counted on its own; `dfe` for those of performance tables"
    )
    static let columns = Key(
      "columns", columnsFormat, default: [], shown: "inferred over the whole column",
      "types where inference is not enough: `{urn: text}` or `{band: {type: category, levels: […]}}`"
    )
    static let location = Key.optional(
      "location", locationFormat,
      "where a row is: `{easting: …, northing: …}` in metres or `{lat: …, lon: …}` in degrees")
    static let episodes = Key.optional(
      "episodes", episodesFormat,
      "memberships, one row an episode: `{unit, group, kind, from, to}`")

    static let stream = Key(
      "stream", .flag, default: false, shown: "false",
      "read the file in pieces by the `multilevel` steps that use it, and never hold its rows")

    static let year = Key.optional(
      "year", .text("a column"), shown: "`year`, where the key has it",
      "the column that says of which year a row is")
    static let asOf = Key.optional(
      "as-of", .integer("a year such as 2014", atLeast: 1800, atMost: 2200),
      "the year of all values, in a table that has no column of years")

    /// Every key that may stand in a table's section.
    public static let all: [AnyKey] =
      [
        AnyKey(file), AnyKey(key), AnyKey(link), AnyKey(missing), AnyKey(columns),
        AnyKey(location), AnyKey(episodes), AnyKey(stream), AnyKey(year), AnyKey(asOf),
      ] + DownloadDeclaration.keys
  }

  private static let linkFormat = ValueFormat<[Named<LocatedText>]>.named(.text("`table.column`"))
    .mapping {
      (named, node) throws(SpecErrors) in
      try collecting(named) { (entry) throws(SpecErrors) in
        let parts = entry.value.text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
          let reason = SpecError.Reason.wrongType(
            expected: "`table.column`", found: "`\(entry.value.text)`")
          throw SpecErrors(
            SpecError(
              reason, path: "\(node.path).\(entry.name.text)", at: entry.value.location))
        }
        return LinkDeclaration(
          column: entry.name, table: LocatedText(String(parts[0]), at: entry.value.location),
          target: LocatedText(
            String(parts[1]), at: entry.value.location(atCharacter: parts[0].count + 1)))
      }
    }

  private static let columnsFormat = ValueFormat<[Named<ColumnSettings>]>.named(
    .shorthand(
      ValueFormat<ColumnType>.oneOf("column type").mapping { (type, _) throws(SpecErrors) in
        ColumnSettings(type: type, levels: nil, format: nil, missing: [])
      },
      or: .section("a section with `type` and `levels`", keys: ColumnKeys.all) {
        (section) throws(SpecErrors) in
        ColumnSettings(
          type: try section.read(ColumnKeys.type), levels: try section.read(ColumnKeys.levels),
          format: try section.read(ColumnKeys.format),
          missing: try section.read(ColumnKeys.missing))
      })
  ).mapping { (named, _) throws(SpecErrors) in
    named.map {
      ColumnDeclaration(
        name: $0.name, type: $0.value.type, levels: $0.value.levels, format: $0.value.format,
        missing: $0.value.missing)
    }
  }

  private struct ColumnSettings: Sendable {
    let type: ColumnType?
    let levels: [String]?
    let format: CellFormat?
    let missing: [String]
  }

  private enum ColumnKeys {
    static let type = Key.optional(
      "type", ValueFormat<ColumnType>.oneOf("column type"), shown: "inferred",
      "what the values are")
    static let levels = Key.optional(
      "levels",
      ValueFormat.list(of: .text("a level")).mapping { (levels, _) throws(SpecErrors) in
        levels.map(\.text)
      }, shown: "those found, sorted", "the categories in their order; the first is the reference")
    static let format = Key.optional(
      "format", DownloadDeclaration.cellFormat, shown: "plain numbers, dates such as 2017-09-01",
      "how its cells are written: `thousands`, `band`, or the order of a date's parts such as `d/m/y`"
    )
    static let missing = Key(
      "missing", DownloadDeclaration.missingFormat, default: [], shown: "those of the table",
      "texts that stand for a missing value in this column alone, such as 01/01/1900")
    static let all = [AnyKey(type), AnyKey(levels), AnyKey(format), AnyKey(missing)]
  }

  private static let locationFormat = ValueFormat.section(
    "a section with `easting` and `northing`, or with `lat` and `lon`", keys: LocationKeys.all
  ) { (section) throws(SpecErrors) -> LocationDeclaration in
    let easting = try section.read(LocationKeys.easting)
    let northing = try section.read(LocationKeys.northing)
    let latitude = try section.read(LocationKeys.latitude)
    let longitude = try section.read(LocationKeys.longitude)
    switch (easting, northing, latitude, longitude) {
    case (let easting?, let northing?, nil, nil):
      return .eastingNorthing(easting: easting, northing: northing)
    case (nil, nil, let latitude?, let longitude?):
      return .latitudeLongitude(latitude: latitude, longitude: longitude)
    default:
      throw section.error(
        .wrongType(
          expected: "`easting` and `northing`, or `lat` and `lon`", found: section.node.found))
    }
  }

  private enum LocationKeys {
    static let easting = Key.optional("easting", .text("a column"), "metres east on the grid")
    static let northing = Key.optional("northing", .text("a column"), "metres north on the grid")
    static let latitude = Key.optional("lat", .text("a column"), "degrees north")
    static let longitude = Key.optional("lon", .text("a column"), "degrees east")
    static let all = [AnyKey(easting), AnyKey(northing), AnyKey(latitude), AnyKey(longitude)]
  }

  private static let episodesFormat = ValueFormat.section(
    "a section with `unit`, `group` and `from`", keys: EpisodeKeys.all
  ) { (section) throws(SpecErrors) in
    EpisodesDeclaration(
      unit: try section.read(EpisodeKeys.unit), group: try section.read(EpisodeKeys.group),
      kind: try section.read(EpisodeKeys.kind), from: try section.read(EpisodeKeys.from),
      to: try section.read(EpisodeKeys.to))
  }

  private enum EpisodeKeys {
    static let unit = Key("unit", .text("a column"), "who is a member; linked to its table")
    static let group = Key("group", .text("a column"), "the group joined")
    static let kind = Key.optional("kind", .text("a column"), "the kind of group")
    static let from = Key("from", .text("a column"), "the date of joining")
    static let to = Key.optional(
      "to", .text("a column"), shown: "still a member",
      "the date of leaving; missing while a member")
    static let all = [AnyKey(unit), AnyKey(group), AnyKey(kind), AnyKey(from), AnyKey(to)]
  }
}
