public import Tables

/// A row of `networks`: one observed wave.
public struct NetworkRow: TidyRow {
  let wave: NetworkDescriptionResult.Wave
  /// Ties of the wave before.
  let before: Int?

  public static let schema = [
    Field("wave", "The table of ties."),
    Field("actors", "How many there are."),
    Field("ties", "Ties, unordered where undirected."),
    Field("density", "Ties over possible ties."),
    Field("mean_degree", "Ties sent per actor; partners where undirected."),
    Field("sd_degree", "Standard deviation of the same over actors."),
    Field("reciprocity", "Share of ties that are returned; directed only."),
    Field("transitivity", "Share of two-paths that are closed."),
    Field("isolates", "Actors without any tie."),
    Field("components", "Groups connected by ties, whatever their direction; isolates count."),
    Field("largest_component", "Actors in the largest of them."),
    Field("bridges", "Ties whose end would divide a component."),
    Field(
      "degree_assortativity",
      "Correlation of degrees over the two ends of ties: outdegree of senders, indegree of receivers."
    ),
    Field(
      "ei_index",
      "External less internal ties over all, by `group`: −1 all within, 1 all between groups."),
    Field("group_assortativity", "Newman's assortativity by `group`: 1 all ties are within."),
    Field("role_assortativity", "The same by `role`."),
    Field("jaccard", "Ties shared with the wave before over ties in either."),
    Field("kept", "Ties that the wave before has too."),
    Field("made", "Ties that it does not have."),
    Field("ended", "Its ties that are no more."),
  ]

  public var cells: [Cell] {
    let d = wave.description
    return [
      .text(wave.name), .count(d.actors), .count(d.ties), .number(d.density),
      .number(d.meanDegree), .number(d.sdDegree), .optional(d.reciprocity),
      .optional(d.transitivity), .count(d.isolates), .count(d.components),
      .count(d.largestComponent), .count(wave.bridges), .optional(d.degreeAssortativity),
      .optional(wave.groups?.externalInternalIndex), .optional(wave.groups?.assortativity),
      .optional(wave.roles?.assortativity), .optional(wave.jaccard), .optional(wave.kept),
      .optional(wave.kept.map { d.ties - $0 }),
      .optional(wave.kept.flatMap { kept in before.map { $0 - kept } }),
    ]
  }
}

/// A row of `actors`: one actor in one wave, with a place in the wave's picture.
public struct ActorRow: TidyRow {
  let wave: String
  let actor: String
  let role: String?
  let group: String?
  let degree: Int
  let indegree: Int?
  let betweenness: Double
  let component: Int
  let bridges: Int
  let external: Int?
  let x: Double
  let y: Double

  public static let schema = [
    Field("wave", "The table of ties."),
    Field("actor", "What ties call the actor."),
    Field("role", "Its role."),
    Field("group", "Its group."),
    Field("degree", "Ties that it has; where directed, sends."),
    Field("indegree", "Ties that it receives; directed only."),
    Field(
      "betweenness",
      "How often it lies on shortest paths between others: the sum over pairs of the share of their paths."
    ),
    Field("component", "Number of the component that it is in, in the order of first actors."),
    Field("bridges", "Its ties whose end would divide the component."),
    Field("external", "Its ties, where directed those it sends, to other groups."),
    Field("x", "Its place in the picture of the wave, from 0 to 1."),
    Field("y", "The same, upwards."),
  ]

  public var cells: [Cell] {
    [
      .text(wave), .text(actor), .optional(role), .optional(group), .count(degree),
      .optional(indegree), .number(betweenness), .count(component), .count(bridges),
      .optional(external), .number(x), .number(y),
    ]
  }
}

/// A row of `roles`: ties from one role to another in one wave.
public struct RoleRow: TidyRow {
  let wave: String
  let from: String
  let to: String
  let ties: Int
  let bridges: Int
  let across: Int?

  public static let schema = [
    Field("wave", "The table of ties."),
    Field("from", "The role of the sender; of either end where undirected."),
    Field("to", "The role of the receiver, or of the other end."),
    Field(
      "ties",
      "Ties from the one to the other; where undirected each tie between two roles stands in one row."
    ),
    Field(
      "bridges",
      "Ties between the two roles, in either direction, whose end would divide a component."),
    Field("across", "Those among them that cross groups."),
  ]

  public var cells: [Cell] {
    [
      .text(wave), .text(from), .text(to), .count(ties), .count(bridges), .optional(across),
    ]
  }

  static func rows(
    _ wave: String, roles: (Int) -> String, _ mixing: Mixing, across: [[Int]]?, directed: Bool
  ) -> [RoleRow] {
    var rows: [RoleRow] = []
    for a in mixing.ties.indices {
      for b in mixing.ties.indices where directed || a <= b {
        // Undirected counts hold each tie within a role twice, and bridges both orders always.
        let half = a == b && !directed ? 2 : 1
        let bridges = mixing.bridges[a][b] / (a == b ? 2 : 1)
        rows.append(
          RoleRow(
            wave: wave, from: roles(a), to: roles(b), ties: mixing.ties[a][b] / half,
            bridges: bridges, across: across.map { $0[a][b] / half }))
      }
    }
    return rows
  }
}
