/// Several schools in one partnership with a name or a roof.
package struct PartnershipGroup: Sendable {
  package let kind: PartnershipKind
  /// The school that leads or supports the others; −1 where none does.
  package let lead: Int32
  /// Ascending.
  package internal(set) var members: [Int32]
  /// The model year in which it began; 0 or less for those of the start.
  package let founded: Int
  /// How much of the effect its activities carry, from 0 to 1 and beyond.
  package var intensity = 1.0
  /// Whether it has not ended.
  package internal(set) var isOpen = true

  package var count: Int { members.count }
}

/// Who is in which group of one kind: each school in one at most.
struct KindMembership: Sendable {
  /// The group of each school, −1 for none; empty while there are no groups of the kind.
  var group: [Int32] = []
  /// The model year of joining; 0 or less at the start.
  var since: [Int32] = []
  /// Whether the school was made to join.
  var compelled: [Bool] = []

  mutating func makeRoom(_ count: Int) {
    guard group.isEmpty else { return }
    group = [Int32](repeating: -1, count: count)
    since = [Int32](repeating: 0, count: count)
    compelled = [Bool](repeating: false, count: count)
  }
}
