public import StudyFiles
public import Tables

/// What a study says about a table that comes as it was downloaded.
public struct DownloadDeclaration: Sendable {
  /// Files of several years that make one table, each with its year; empty where the table has one file.
  public let years: [YearFile]
  /// `nil`: UTF-8, or found out.
  public let encoding: TextEncoding?
  /// Which rows of the files are the table's, such as those of schools and not of authorities.
  public let rows: LocatedText?
  public let renames: Renames
  /// Columns of identifiers, each with the file that says which replaced which.
  public let successors: [SuccessorFile]

  public struct YearFile: Sendable, Hashable {
    public let year: Int
    public let file: LocatedText
  }

  public struct SuccessorFile: Sendable, Hashable {
    public let column: LocatedText
    public let file: LocatedText
  }

  public enum Renames: Sendable {
    /// Old names with new ones, for every file that has them.
    case inline([(from: LocatedText, to: LocatedText)])
    /// A table of `year`, `from` and `to`.
    case file(LocatedText)
  }

  /// Every other file that the table needs, with the key that names it.
  var otherFiles: [(file: LocatedText, key: String)] {
    var files = years.dropFirst().map { (file: $0.file, key: "file") }
    if case .file(let file) = renames { files.append((file, "rename")) }
    return files + successors.map { ($0.file, "successors") }
  }
}
