public import Designs
public import Probability
public import StudyFiles

/// A kind of step: something a study can do with its data and with what earlier steps found.
public protocol StudyStep: Choice {
  /// The earlier steps it needs, and for what.
  var needs: [StepNeed] { get }
  /// Resolves every name that the settings use against the data, without computing anything.
  func check(in data: DataSet, places: [String: Places]) throws(SpecErrors)
  /// Finds what does not fit the other steps of the study, by name, whose own names have been resolved.
  func check(with others: [String: any StudyStep], in data: DataSet) throws(SpecErrors)
  /// The column that says which arm a row of a table is in, for counting rows by arm.
  var arm: (table: String, column: String)? { get }
  /// Files that the step reads beside the study's tables, each with the path of the key that names it.
  var inputFiles: [(file: LocatedText, path: String)] { get }
  /// Does the step.
  func run(_ context: StepContext) throws(RunError) -> StepResult
}

extension StudyStep {
  public var arm: (table: String, column: String)? { nil }
  public var inputFiles: [(file: LocatedText, path: String)] { [] }

  public func check(with others: [String: any StudyStep], in data: DataSet) throws(SpecErrors) {}
}

/// A step that another step names, and what it must provide.
public struct StepNeed: Sendable, Hashable {
  public enum Provision: String, Sendable, Hashable {
    case sample = "a matched sample"
    case estimates = "estimates with their covariance"
    case completed = "completed data sets"
    case design = "a matched design"
    case model = "a fitted multilevel model"
    case models = "fitted multilevel models"
    case groups = "groups of schools"
    case formation = "an estimated formation"
  }

  public let step: LocatedText
  public let provision: Provision
  /// The path of the key that names it.
  public let path: String

  public init(_ step: LocatedText, _ provision: Provision, path: String) {
    self.step = step
    self.provision = provision
    self.path = path
  }
}

/// What a step may use.
public struct StepContext: Sendable {
  public let name: String
  public let study: Study
  /// The population, with prepared columns.
  public let data: DataSet
  /// Tables that are read in pieces, by name; `data` has them without rows.
  let streams: [String: StudyStream]
  /// Coordinates of the rows of each table that declares a location.
  public let places: [String: Places]
  /// Candidates and their base years, where the study has a treatment.
  let calendar: StudyCalendar?
  /// The seed of this step; purposes within it are derived by label.
  public let seed: Seed
  public let threads: Int
  /// Results of the steps that this one needs, by name.
  public let earlier: [String: StepResult]
  /// What later steps need of this one.
  public let demanded: Set<StepNeed.Provision>
  /// Whether only the design is wanted, which may not look at an outcome.
  var isSealed = false
  /// Where a step that does its work in blocks keeps them; `nil` to keep none.
  var blocks: KeptBlocks? = nil
  /// Called with work done and in all, from any thread.
  public let progress: @Sendable (_ done: Int, _ total: Int) -> Void
}
