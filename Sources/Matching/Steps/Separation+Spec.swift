internal import StudyFiles

/// How `apart` is written: a least distance, or a section with `least` and `most`. Kilometres.
struct Separation: Sendable, Hashable {
  let least: Double?
  let most: Double?

  private static let distance = ValueFormat<Quantity>.quantity(
    "a distance such as `5 km`", units: ["km", "m"], in: 0 ... .greatestFiniteMagnitude)

  private static func kilometres(_ quantity: Quantity) -> Double {
    quantity.unit == "m" ? quantity.value / 1000 : quantity.value
  }

  static var format: ValueFormat<Separation> {
    let short = distance.mapping { (quantity, _) throws(SpecErrors) in
      Separation(least: kilometres(quantity), most: nil)
    }
    let leastKey = Key<Quantity?>.optional(
      "least", distance, "least distance of a comparator from every treated unit")
    let mostKey = Key<Quantity?>.optional(
      "most", distance, "largest distance of two units that are matched with each other")
    let long = ValueFormat<Separation>.section(
      "a section with `least` and `most`", keys: [AnyKey(leastKey), AnyKey(mostKey)]
    ) { (section) throws(SpecErrors) in
      let least = try section.read(leastKey).map(kilometres)
      let most = try section.read(mostKey).map(kilometres)
      if let least, let most, least > most {
        throw section.error(
          .rule("`least` of \(least) km is above `most` of \(most) km"), at: "least")
      }
      return Separation(least: least, most: most)
    }
    return .shorthand(short, or: long)
  }
}

/// How `discard` is written: a side, or bounds on propensities.
struct DiscardRule: Sendable, Hashable {
  let support: CommonSupport
  let admitted: ClosedRange<Double>?

  static let none = DiscardRule(support: .none, admitted: nil)

  static var format: ValueFormat<DiscardRule> {
    let short = ValueFormat<CommonSupport>.oneOf("side").mapping { (side, _) throws(SpecErrors) in
      DiscardRule(support: side, admitted: nil)
    }
    let belowKey = Key(
      "below", .number("a probability", in: 0...1), default: 0, shown: "0",
      "units of either arm with a smaller propensity leave")
    let aboveKey = Key(
      "above", .number("a probability", in: 0...1), default: 1, shown: "1",
      "units of either arm with a larger propensity leave")
    let sideKey = Key(
      "side", ValueFormat<CommonSupport>.oneOf("side"), default: .none, shown: "none",
      "whose units leave when their score lies outside the other arm's range")
    let long = ValueFormat<DiscardRule>.section(
      "a section with `below` and `above`, such as `{below: 0.1, above: 0.9}`",
      keys: [AnyKey(belowKey), AnyKey(aboveKey), AnyKey(sideKey)]
    ) { (section) throws(SpecErrors) in
      let (low, high) = (try section.read(belowKey), try section.read(aboveKey))
      guard low < high else {
        throw section.error(
          .rule("`below` of \(low) is not less than `above` of \(high)"), at: "below")
      }
      return DiscardRule(support: try section.read(sideKey), admitted: low...high)
    }
    return .shorthand(short, or: long)
  }
}
