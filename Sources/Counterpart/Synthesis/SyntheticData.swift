internal import Networks
internal import Probability
internal import StudyFiles
internal import Tables

/// A synthetic register of schools, pupils and memberships with known truth, written as files that a study
/// can read.
public struct SyntheticData: Sendable {
  private let tables: [Table]
  private let truth: JSON

  /// Makes the register that a specification file describes: `{seed: 2014, effect: 0.12, others: 3000}`.
  ///
  /// - Throws: ``RunError/study(_:)`` with everything that is wrong in the specification.
  public init(reading file: String) throws(RunError) {
    let (design, seed) = try Self.specification(file)
    (tables, truth) = design.make(seed: seed, codes: true)
  }

  /// What a specification file asks for, and its seed.
  static func specification(_ file: String) throws(RunError) -> (Design, Seed) {
    let text = try FileAccess.read(file)
    do throws(SpecErrors) {
      let root = try StudyDocument(yaml: text, file: file).root
      return try design(try Section(root, expecting: "a register: a section with `seed`"))
    } catch { throw .study(error) }
  }

  /// Writes one CSV file a table and `truth.json`, all or nothing.
  ///
  /// - Returns: the names of the files.
  public func write(to folder: String) throws(RunError) -> [String] {
    let output = try OutputFolder(
      path: folder,
      contents: OutputFolder.Contents(
        names: Set(tables.map { "\($0.name).csv" } + ["truth.json"]),
        marker: "truth.json"))
    var names: [String] = []
    do throws(RunError) {
      for table in tables {
        names.append("\(table.name).csv")
        try output.write(table.csv, to: "\(table.name).csv")
      }
      names.append("truth.json")
      try output.write(truth.text + "\n", to: "truth.json")
      try output.publish()
    } catch {
      output.discard()
      throw error
    }
    return names
  }

  /// What a specification asks for.
  enum Design: Sendable {
    case register(RegisterDesign)
    case federations(FederationsDesign)

    func make(seed: Seed, codes: Bool) -> (tables: [Table], truth: JSON) {
      switch self {
      case .register(let design):
        let register = SyntheticRegister(design, seed: seed)
        return (register.tables, register.truth)
      case .federations(let design):
        let study = SyntheticFederationStudy(design, seed: seed, codes: codes)
        return (study.tables, study.truth)
      }
    }
  }

  private enum Subject: String, CaseIterable, Sendable { case register, federations }

  /// - Throws: ``SpecErrors`` with everything that is wrong in the specification.
  static func design(_ section: Section) throws(SpecErrors) -> (Design, Seed) {
    let subject = section.has("of") ? try section.read(of) : .register
    let own = [AnyKey(Self.seed), AnyKey(of)]
    switch subject {
    case .register:
      try section.check(own + RegisterDesign.keys)
      return (
        .register(try RegisterDesign(from: section)), Seed(UInt64(try section.read(Self.seed)))
      )
    case .federations:
      try section.check(own + FederationsDesign.keys)
      return (
        .federations(try FederationsDesign(from: section)),
        Seed(UInt64(try section.read(Self.seed)))
      )
    }
  }

  private static let of = Key(
    "of", ValueFormat<Subject>.oneOf("subject"), default: .register, shown: "register",
    "a register of one year, or a study of federations over several")

  private static let seed = Key(
    "seed", .integer("a whole number from 0", atLeast: 0), "the root of all random numbers")
}
