internal import Designs
internal import StudyFiles
internal import Tables

/// `presence: {opens: first_year, closes: closing_year, into: successor}`: schools that open, close and merge.
struct PresenceSpec: Sendable {
  static let opens = Key.optional(
    "opens", .text("the name of a column"), shown: "all are there from the start",
    "the model year, from 1, at whose start a school opens; missing for those there from the start")
  static let closes = Key.optional(
    "closes", .text("the name of a column"), shown: "none closes",
    "the model year at whose start a school closes; missing for those that stay")
  static let into = Key.optional(
    "into", .text("the name of a column"), shown: "none",
    "what the ties call the school that takes over pupils, ties and places in groups of one that closes"
  )

  let opens: LocatedText?
  let closes: LocatedText?
  let into: LocatedText?
  let path: String

  static let format = ValueFormat<PresenceSpec>.section(
    "`{opens: COLUMN, closes: COLUMN, into: COLUMN}`",
    keys: [AnyKey(opens), AnyKey(closes), AnyKey(into)]
  ) { (section) throws(SpecErrors) in
    let spec = PresenceSpec(
      opens: try section.read(opens), closes: try section.read(closes),
      into: try section.read(into), path: section.path)
    guard spec.opens != nil || spec.closes != nil else {
      throw section.error(.rule("expected `opens`, `closes` or both"))
    }
    if spec.into != nil, spec.closes == nil {
      throw section.error(.rule("`into` goes with `closes`"), at: "into")
    }
    return spec
  }

  func problems(in data: DataSet, actors: String) -> [SpecError] {
    [opens, closes, into].compactMap { $0 }.compactMap {
      columnProblem($0, path: path, in: data, actors: actors)
    }
  }

  func presence(
    _ actors: ActorData, in data: DataSet, networks: [Network], groups: [StartGroup]
  ) throws(ScenarioError) -> SchoolPresence {
    func years(_ column: LocatedText?, missing: Int32) throws(ScenarioError) -> [Int32] {
      guard let column else { return [Int32](repeating: missing, count: actors.count) }
      return try actors.times(column.text).map { time in
        time.isFinite ? Int32(max(-1e6, min(1e6, time.rounded(.down)))) : missing
      }
    }
    var successors = [Int32](repeating: -1, count: actors.count)
    if let into, let column = try? actors.resolve(into.text).column {
      var position: [String: Int32] = [:]
      for school in 0..<actors.count { position[actors.name(school, in: data)] = Int32(school) }
      var unknown = (count: 0, first: "", place: "")
      for school in 0..<actors.count {
        guard let name = TieList.name(column, school) else { continue }
        guard let other = position[name] else {
          if unknown.count == 0 {
            (unknown.first, unknown.place) = (name, actors.place(of: school))
          }
          unknown.count += 1
          continue
        }
        successors[school] = other
      }
      guard unknown.count == 0 else {
        throw .unknownActors(
          table: actors.table, count: unknown.count, first: unknown.first, at: unknown.place)
      }
    }
    return try SchoolPresence(
      opens: try years(opens, missing: 0), closes: try years(closes, missing: .max),
      successors: successors, networks: networks, groups: groups)
  }
}
