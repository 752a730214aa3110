public import Designs
public import StudyFiles
internal import Tables

/// A `description` step's networks as a study writes them: observed ties among actors, wave by wave.
public struct DescriptionStep: Sendable {
  static let actors = Key.optional("actors", .text("the name of a table"), "one row an actor")
  static let id = Key.optional(
    "id", .text("the name of a column"), shown: "the first column", "what `waves` call an actor by")
  static let waves = Key(
    "waves", .list(of: .text("the name of a table")), default: [], shown: "none",
    "tables of ties with columns `from` and `to`, in the order of time; a column `value` may mark ties 1 and "
      + "absent ones 0")
  static let directed = Key(
    "directed", .flag, default: false, shown: "false", "whether a tie has a sender and a receiver")
  static let role = Key.optional(
    "role", .text("the name of a column"),
    "the actors' roles, whose ties with each other are counted; a missing one is a role of its own")
  static let group = Key.optional(
    "group", .text("the name of a column"),
    "the actors' groups, such as schools or partnerships: ties across them are external")

  public static let keys = [
    AnyKey(actors), AnyKey(id), AnyKey(waves), AnyKey(directed), AnyKey(role), AnyKey(group),
  ]

  public let actors: LocatedText?
  let id: LocatedText?
  let waves: [LocatedText]
  let directed: Bool
  let role: LocatedText?
  let group: LocatedText?
  let path: String

  /// - Parameter section: checked against keys that ``keys`` are part of.
  public init(from section: Section) throws(SpecErrors) {
    actors = try section.read(Self.actors)
    id = try section.read(Self.id)
    waves = try section.read(Self.waves)
    directed = try section.read(Self.directed)
    role = try section.read(Self.role)
    group = try section.read(Self.group)
    path = section.path
    if actors == nil, let first = [waves.first, id, role, group].compactMap(\.self).first {
      throw SpecErrors(
        SpecError(
          .rule("`actors` is needed: the table of those whose ties are described"), path: path,
          at: first.location))
    }
    if actors != nil, waves.isEmpty {
      throw section.error(.rule("expected at least one table of ties under `waves`"), at: "actors")
    }
  }

  /// Whether there are networks to describe.
  public var hasNetworks: Bool { !waves.isEmpty }

  /// Finds every name that means nothing in the data.
  ///
  /// - Throws: ``SpecErrors``, located in the study file.
  public func check(in data: DataSet) throws(SpecErrors) {
    guard let actors else { return }
    var problems: [SpecError] = []
    for (table, key) in [(actors, "actors")] + waves.map({ ($0, "waves") }) {
      if let problem = tableProblem(table, path: "\(path).\(key)", in: data) {
        problems.append(problem)
      }
    }
    guard problems.isEmpty else { throw SpecErrors(problems) }
    for (column, key) in [(id, "id"), (role, "role"), (group, "group")] {
      if let column,
        let problem = columnProblem(
          column, path: "\(path).\(key)", in: data, actors: actors.text)
      {
        problems.append(problem)
      }
    }
    for wave in waves {
      guard let table = data[table: wave.text] else { continue }
      for name in ["from", "to"] where table[name] == nil {
        problems.append(
          SpecError(
            .unknownName(name, kind: "column", known: table.columnNames), path: "\(path).waves",
            at: wave.location))
      }
    }
    guard problems.isEmpty else { throw SpecErrors(problems) }
  }
}
