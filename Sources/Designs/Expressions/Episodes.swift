internal import Tables

/// A table in which each row is one spell of a unit in a group: a school in a federation from a date, and
/// perhaps until one.
///
/// The link from the table's unit column to the units' own table stands among ``DataSet/links``.
public struct Episodes: Sendable, Hashable {
  /// The table of the episodes.
  public let table: String
  /// Its column that says which unit.
  public let unit: String
  /// Its column that says which group.
  public let group: String
  public let kind: String?
  /// The first day; an episode without this column was always there.
  public let from: String?
  /// The first day after; missing where the unit is still a member.
  public let to: String?
  /// The table of the units.
  public let of: String

  public init(
    table: String, unit: String, group: String, kind: String? = nil, from: String? = nil,
    to: String? = nil, of units: String
  ) {
    self.table = table
    self.unit = unit
    self.group = group
    self.kind = kind
    self.from = from
    self.to = to
    self.of = units
  }
}

/// A question about the episodes of units.
struct MembershipQuery: Sendable {
  enum Question: Sendable { case isMember, yearsSinceJoining, groupSize }

  let question: Question
  let episodes: String
  let episodeCount: Int
  /// The unit of each episode, −1 where it is missing.
  let unit: [Int32]
  let units: String
  let unitCount: Int
  let group: Column
  let from: Column?
  let to: Column?
  /// Which episodes count, in the rows of the episodes.
  let condition: BoundExpression?
  /// The day looked at, in the rows of the units.
  let at: BoundExpression?
  /// The unit of each row looked from; `nil` where the rows are the units.
  let rowsOfUnits: [Int32]?
  /// The day looked at, in the rows looked from, where these have days of their own.
  var dayOfRow: BoundExpression?
}
