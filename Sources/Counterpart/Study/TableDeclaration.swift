public import StudyFiles
public import Tables

/// A table of the study: where it is, what identifies a row, what it links to.
public struct TableDeclaration: Sendable {
  public let name: LocatedText
  public let file: LocatedText
  /// The columns that identify a row; empty where none is declared.
  public let key: [LocatedText]
  public let links: [LinkDeclaration]
  /// The texts that stand for a missing value, each counted on its own.
  public let missing: [String]
  public let columns: [ColumnDeclaration]
  public let location: LocationDeclaration?
  public let episodes: EpisodesDeclaration?
  /// Whether the file is read in pieces whenever it is needed, and never held.
  public let isStreamed: Bool
  /// The column that says of which year a row is.
  public let year: LocatedText?
  /// The year of all rows, where no column says it.
  public let asOf: Int?
  /// What is said of it as a download.
  public let download: DownloadDeclaration

  /// A column of this table names a row of another.
  public struct LinkDeclaration: Sendable, Hashable {
    public let column: LocatedText
    public let table: LocatedText
    public let target: LocatedText
  }

  /// A type that inference need not find.
  public struct ColumnDeclaration: Sendable, Hashable {
    public let name: LocatedText
    public let type: ColumnType?
    public let levels: [String]?
    public let format: CellFormat?
    public let missing: [String]
  }

  /// The columns that say where a row is.
  public enum LocationDeclaration: Sendable, Hashable {
    /// Degrees.
    case latitudeLongitude(latitude: LocatedText, longitude: LocatedText)
    /// Metres on a national grid.
    case eastingNorthing(easting: LocatedText, northing: LocatedText)

    public var columns: [LocatedText] {
      switch self {
      case .latitudeLongitude(let latitude, let longitude): [latitude, longitude]
      case .eastingNorthing(let easting, let northing): [easting, northing]
      }
    }
  }

  /// The columns of a table of memberships, one row an episode.
  public struct EpisodesDeclaration: Sendable, Hashable {
    public let unit: LocatedText
    public let group: LocatedText
    public let kind: LocatedText?
    public let from: LocatedText
    public let to: LocatedText?
  }
}
