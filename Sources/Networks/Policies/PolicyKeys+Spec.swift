internal import StudyFiles

/// Keys that several actions share.
enum PolicyKeys {
  static let within = Key.optional(
    "within", .quantity("a distance, as in `15 km`", units: ["km"], in: 0...5000),
    shown: "any distance", "how far apart partners may be")
  static let size = Key(
    "size", .integer("a number of schools of at least 2", atLeast: 2), default: 2, shown: "2",
    "most schools of a group")
  static let meetings = Key(
    "meetings", .integer("a whole number from 0 to 100", atLeast: 0, atMost: 100), default: 2,
    shown: "2", "how many other members each school meets a year")
  static let strong = Key.optional(
    "strong", .text("a rule, as in `attainment > 0.3`"),
    shown: "the fifth with the highest outcome at the start", "which schools can lead")

  static func acceptance(_ name: String, _ value: Double, _ meaning: String) -> Key<ParameterSpec> {
    Key(
      name, ParameterSpec.format("a probability from 0 to 1", in: 0...1),
      default: ParameterSpec(value), shown: "\(value)", meaning)
  }

  static func kind(_ value: PartnershipKind) -> Key<PartnershipKind> {
    Key(
      "kind",
      ValueFormat<PartnershipKind>.oneOf("kind of partnership").mapping {
        (kind, node) throws(SpecErrors) in
        guard kind != .ties else {
          throw node.wrongType(
            expected: PartnershipKind.ofGroups.map { "`\($0.rawValue)`" }.joined(separator: " or "))
        }
        return kind
      }, default: value, shown: value.rawValue, "what kind of group")
  }
}
