internal import FoundationEssentials
public import Probability
public import StudyFiles

/// A study file, read and checked as far as it can be without its data: every key known, every value of
/// its type, every step's settings parsed, every default explicit.
public struct Study: Sendable {
  /// The study file as the user named it.
  public let file: String
  public let title: String
  public let question: String?
  public let seed: Seed
  /// Commissioner, analyst, assurer and whoever else signs for the work, in the order of the file.
  public let assurance: [Role]
  /// The words that the report uses for columns, terms, measures and policies.
  public let labels: Labels
  public let tables: [TableDeclaration]
  /// Derived columns by table, in the order of the file.
  public let preparations: [Preparation]
  /// Rules that say which rows belong to the study, in the order of the file.
  public let population: [PopulationRule]
  /// What is evaluated; `nil` in studies without base years.
  public internal(set) var treatment: TreatmentDeclaration? = nil
  public internal(set) var base: BaseDeclaration? = nil
  public internal(set) var primary: PrimaryDeclaration? = nil
  public internal(set) var estimand: EstimandDeclaration? = nil
  /// In the order of the file.
  public let steps: [NamedStep]
  /// Settings given on the command line in place of the file's.
  public let overrides: [Override]
  /// The file as it was written, for the report and for the resolved plan.
  public let root: Node

  /// Somebody's part in the assurance of the work (the Aqua Book's roles).
  public struct Role: Sendable, Hashable {
    public let role: String
    public let name: String
  }

  /// One derived column.
  public struct Preparation: Sendable, Hashable {
    public let table: LocatedText
    public let column: LocatedText
    public let expression: LocatedText
  }

  /// One condition that a row of a table meets to be part of the study.
  public struct PopulationRule: Sendable, Hashable {
    public let table: LocatedText
    public let expression: LocatedText
  }

  /// A step under its name.
  public struct NamedStep: Sendable {
    public let name: LocatedText
    public let kind: String
    public let step: any StudyStep
    /// The settings as written.
    public let section: Section
    /// All settings that the step knows, for the resolved plan.
    public let keys: [AnyKey]
  }

  /// A single value replaced on the command line: `data.schools.file=other.csv`.
  public struct Override: Sendable, Hashable {
    public let path: String
    public let value: String

    public init(path: String, value: String) {
      self.path = path
      self.value = value
    }
  }

  /// What the study is called in folder names: the file's stem, or its folder's name where the file is
  /// just `study.yaml`.
  public var name: String {
    let parts = URL(filePath: file).standardizedFileURL.path.split(separator: "/").map(String.init)
    var stem = parts.last ?? "study"
    for ending in [".yaml", ".yml"] where stem.hasSuffix(ending) && stem != ending {
      stem = String(stem.dropLast(ending.count))
    }
    guard stem == "study", parts.count > 1 else { return stem }
    return parts[parts.count - 2]
  }

  /// The folder that relative paths in the study start from.
  public var folder: String {
    let parts = file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    return parts.isEmpty ? "." : parts.joined(separator: "/")
  }

  /// A path of the study file as seen from the working folder.
  public func resolve(path: String) -> String {
    path.hasPrefix("/") || folder == "." ? path : "\(folder)/\(path)"
  }
}
