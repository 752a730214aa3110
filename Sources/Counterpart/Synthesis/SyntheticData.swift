internal import Networks
internal import Probability
internal import StudyFiles
internal import Tables

/// A synthetic register of schools, pupils and memberships with known truth, written as files that a study
/// can read.
public struct SyntheticData: Sendable {
  private let register: SyntheticRegister

  /// Makes the register that a specification file describes: `{seed: 2014, effect: 0.12, others: 3000}`.
  ///
  /// - Throws: ``RunError/study(_:)`` with everything that is wrong in the specification.
  public init(reading file: String) throws(RunError) {
    let text = try FileAccess.read(file)
    do throws(SpecErrors) {
      let root = try StudyDocument(yaml: text, file: file).root
      let section = try Section(root, expecting: "a register: a section with `seed`")
      try section.check([AnyKey(Self.seed)] + RegisterDesign.keys)
      register = SyntheticRegister(
        try RegisterDesign(from: section), seed: Seed(UInt64(try section.read(Self.seed))))
    } catch { throw .study(error) }
  }

  /// Writes one CSV file a table and `truth.json`, all or nothing.
  ///
  /// - Returns: the names of the files.
  public func write(to folder: String) throws(RunError) -> [String] {
    let output = try OutputFolder(
      path: folder,
      contents: OutputFolder.Contents(
        names: Set(register.tables.map { "\($0.name).csv" } + ["truth.json"]),
        marker: "truth.json"))
    var names: [String] = []
    do throws(RunError) {
      for table in register.tables {
        names.append("\(table.name).csv")
        try output.write(table.csv, to: "\(table.name).csv")
      }
      names.append("truth.json")
      try output.write(register.truth.text + "\n", to: "truth.json")
      try output.publish()
    } catch {
      output.discard()
      throw error
    }
    return names
  }

  private static let seed = Key(
    "seed", .integer("a whole number from 0", atLeast: 0), "the root of all random numbers")
}
