internal import Designs
internal import Tables

/// What stays the same in all replicates and policies of a scenario.
package struct WorldSetting: Sendable {
  package let start: Network
  /// Groups that there are at the start.
  package let groups: [StartGroup]
  package private(set) var formation: FormationSimulator
  /// Where formation has coefficients to draw.
  let uncertain: UncertainFormation?
  /// Relations among the same actors beside the first.
  package private(set) var relations: [OtherRelation]
  /// What changes with ties, in whole steps.
  let behaviours: [ScenarioBehaviour]
  /// Where schools open or close.
  let presence: SchoolPresence?
  package let horizon: Int
  /// Each school's outcome at the start.
  package let outcome: [Double]
  package let locations: Locations?
  package let grid: PlaceGrid?
  /// For rules about the state of the world.
  let rules: RuleTables?
  /// What the consent rule adds to the utility of a side that weighs one offer.
  let offset: Double

  /// More ties than this are no partnership any more, and a simulation that never ends.
  let mostTies: Int

  package var count: Int { start.actorCount }

  /// 50 partners a school, or four times as many as at the start where those are more; among few schools, from twenty on,
  /// three quarters of all pairs, unless half as many are tied at the start.
  static func mostTies(_ start: borrowing Network) -> Int {
    let count = start.actorCount
    let pairs = count * (count - 1) / (start.isDirected ? 1 : 2)
    let most = max((start.isDirected ? 50 : 25) * count, 4 * start.tieCount)
    return min(most, count < 20 || 8 * start.tieCount >= 3 * pairs ? pairs : 3 * pairs / 4)
  }

  init(
    start: Network, groups: [StartGroup] = [], formation: FormationSimulator, horizon: Int,
    outcome: [Double], locations: Locations? = nil, rules: RuleTables? = nil,
    uncertain: UncertainFormation? = nil, presence: SchoolPresence? = nil,
    relations: [OtherRelation] = [], behaviours: [ScenarioBehaviour] = []
  ) {
    self.start = start
    mostTies = Self.mostTies(start)
    self.groups = groups
    self.formation = formation
    self.uncertain = uncertain
    self.presence = presence
    self.relations = relations
    self.behaviours = behaviours
    self.horizon = horizon
    self.outcome = outcome
    self.locations = locations
    grid = locations.flatMap { $0.missing.isEmpty ? PlaceGrid($0) : nil }
    self.rules = rules
    if case .initiative(let rule) = formation.model.consent,
      let confirmation = rule as? InitiativeAndConfirmation
    {
      offset = confirmation.offset
    } else {
      offset = 0
    }
  }

  /// The setting with the formation of a draw of the parameters.
  func drawn(_ point: ParameterPoint) -> WorldSetting {
    var setting = self
    if let uncertain, !uncertain.isFixed { setting.formation = uncertain.simulator(at: point) }
    setting.relations = relations.map { $0.drawn(point) }
    return setting
  }
}

/// A group of the start.
package struct StartGroup: Sendable {
  package let kind: PartnershipKind
  package let members: [Int32]
  /// The model year of joining, 0 or less.
  package let since: [Int32]
  package let lead: Int32
}

/// The tables that rules are evaluated in.
struct RuleTables: Sendable {
  let data: DataSet
  let table: String
}

/// The state of a world as a table beside the actors: `now.partners`, `now.outcome`.
enum NowTable {
  static let name = "now"
  private static let linkColumn = "now row"

  /// Whether a rule asks for the state of the world.
  static func isUsed(in rule: Expression) -> Bool {
    rule.names.contains { $0.name.hasPrefix(name + ".") }
  }

  /// The data with the state beside the actors; without a world all is zero, for finding names.
  static func beside(_ tables: RuleTables, _ world: World? = nil) -> DataSet {
    let count = tables.data[table: tables.table]?.rowCount ?? 0
    func column(_ name: String, _ value: (World, Int) -> Double) -> Column {
      Column(
        name,
        numbers: (0..<count).map { school in world.map { value($0, school) } ?? 0 })
    }
    var columns = [
      column("year") { world, _ in Double(world.year) },
      column("outcome") { world, school in world.outcome[school] },
      column("partners") { world, school in Double(world.degree(school)) },
    ]
    for kind in PartnershipKind.ofGroups {
      columns.append(
        column(kind.rawValue) { world, school in
          world.group(kind, of: school).map { Double(world.groups[$0].count) } ?? 0
        })
    }
    var data = tables.data
    data.set(Table(name: name, columns: columns))
    data.add(
      Link(
        from: tables.table, column: linkColumn, to: name,
        index: (0..<count).map { Int32($0) }))
    return data
  }
}
