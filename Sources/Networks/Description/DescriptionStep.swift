public import Designs
internal import StudyFiles
public import Tables

/// What a `description` step says of observed networks.
public struct NetworkDescriptionResult: Sendable {
  /// One observed wave.
  public struct Wave: Sendable {
    public let name: String
    public let network: Network
    public let description: NetworkDescription
    public let bridges: Int
    /// By group, where the study names one.
    public let groups: Mixing?
    /// By role.
    public let roles: Mixing?
    /// Ties shared with the wave before over ties of either.
    public let jaccard: Double?
    public let kept: Int?
  }

  public let waves: [Wave]
  /// `networks`, `actors` and, where there are roles, `roles`.
  public let tables: [TidyTable]
  public let diagnostics: [Diagnostic]
}

extension DescriptionStep {
  /// Describes every wave.
  ///
  /// - Complexity: O(*n* · ties) for each wave, and O(*n*²) for its picture.
  public func run(in data: DataSet) throws(ScenarioError) -> NetworkDescriptionResult {
    guard let table = actors else {
      return NetworkDescriptionResult(waves: [], tables: [], diagnostics: [])
    }
    let actors = try ActorData(data, table: table.text, places: nil, id: id?.text)
    let names = try actors.labels(actors.id).names
    let roles = try role.map { (column) throws(ScenarioError) in
      try actors.labels(column.text)
    }
    let groups = try group.map { (column) throws(ScenarioError) in
      try actors.labels(column.text)
    }
    var waves: [NetworkDescriptionResult.Wave] = []
    var actorRows: [ActorRow] = []
    var roleRows: [RoleRow] = []
    var diagnostics: [Diagnostic] = []
    for name in self.waves {
      let ties = try WaveTies(name.text, of: actors, in: data).ties
      let network = Network(actors: actors.count, directed: directed, ties: ties)
      if network.tieCount == 0 {
        diagnostics.append(
          Diagnostic(.warning, code: "no-ties", "`\(name.text)` holds no tie"))
      }
      if network.tieCount < ties.count {
        diagnostics.append(
          Diagnostic(
            .note, code: "repeated-ties",
            "\(ties.count - network.tieCount) rows of `\(name.text)` repeat a tie"
              + (directed ? "" : ", in either order,") + " and count once"))
      }
      let components = Components(network)
      let last = waves.last?.network
      let wave = NetworkDescriptionResult.Wave(
        name: name.text, network: network, description: NetworkDescription(network),
        bridges: components.bridges.count,
        groups: groups.map { Mixing(network, kinds: $0.codes) },
        roles: roles.map { Mixing(network, kinds: $0.codes) },
        jaccard: last.map { $0.jaccard(network) },
        kept: last.map { ($0.tieCount + network.tieCount - network.distance(to: $0)) / 2 })
      waves.append(wave)
      actorRows += rows(
        of: wave, components: components, names: names, roles: roles, groups: groups)
      if let roles, let mixing = wave.roles {
        let across = groups.map { Self.across(network, roles: roles, groups: $0) }
        roleRows += RoleRow.rows(
          wave.name, roles: roles.names(of:), mixing, across: across, directed: directed)
      }
    }
    var tables = [
      TidyTable(
        "networks",
        waves.enumerated().map { k, wave in
          NetworkRow(wave: wave, before: k > 0 ? waves[k - 1].network.tieCount : nil)
        }), TidyTable("actors", actorRows),
    ]
    if !roleRows.isEmpty { tables.append(TidyTable("roles", roleRows)) }
    return NetworkDescriptionResult(waves: waves, tables: tables, diagnostics: diagnostics)
  }

  private func rows(
    of wave: NetworkDescriptionResult.Wave, components: Components, names: [String],
    roles: ActorData.Labels?, groups: ActorData.Labels?
  ) -> [ActorRow] {
    let network = wave.network
    let betweenness = Betweenness(network).values
    let picture = Sociogram(network)
    var bridges = [Int](repeating: 0, count: network.actorCount)
    for bridge in components.bridges {
      bridges[bridge.from] += 1
      bridges[bridge.to] += 1
    }
    return (0..<network.actorCount).map { actor in
      var external: Int?
      if let groups {
        external = (0..<network.degree(actor)).count {
          groups.codes[Int(network.partner($0, of: actor))] != groups.codes[actor]
        }
      }
      return ActorRow(
        wave: wave.name, actor: names[actor], role: roles?.names[actor],
        group: groups?.names[actor], degree: network.degree(actor),
        indegree: directed ? network.inDegree(actor) : nil, betweenness: betweenness[actor],
        component: components.of[actor] + 1, bridges: bridges[actor], external: external,
        x: picture.x[actor], y: picture.y[actor])
    }
  }

  /// Ties from each role to each that cross groups.
  private static func across(
    _ network: Network, roles: ActorData.Labels, groups: ActorData.Labels
  ) -> [[Int]] {
    let count = (roles.codes.max() ?? -1) + 1
    var result = [[Int]](repeating: [Int](repeating: 0, count: count), count: count)
    for i in 0..<network.actorCount {
      for k in 0..<network.degree(i) {
        let j = Int(network.partner(k, of: i))
        if groups.codes[i] != groups.codes[j] { result[roles.codes[i]][roles.codes[j]] += 1 }
      }
    }
    return result
  }
}

extension ActorData {
  /// A name for every actor, and a code from zero for each name.
  struct Labels: Sendable {
    let names: [String]
    let codes: [Int]
    private let known: [String]

    init(_ names: [String]) {
      self.names = names
      var order: [String] = []
      var code: [String: Int] = [:]
      codes = names.map { name in
        if let known = code[name] { return known }
        code[name] = order.count
        order.append(name)
        return order.count - 1
      }
      known = order
    }

    func names(of code: Int) -> String { known[code] }
  }

  /// A column in words; what is missing is called so.
  func labels(_ name: String) throws(ScenarioError) -> Labels {
    let column = try resolve(name)
    return Labels(
      (0..<count).map { actor in
        let row = column.index.map { Int($0[actor]) } ?? actor
        return row < 0 ? "missing" : TieList.name(column.column, row) ?? "missing"
      })
  }
}
