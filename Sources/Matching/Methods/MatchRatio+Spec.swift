internal import StudyFiles

extension MatchRatio {
  private static let leastKey = Key(
    "least", .integer("a whole number from 1", atLeast: 1), default: 1, shown: "1",
    "comparators that everyone gets before anyone gets more")
  private static let mostKey = Key(
    "most", .integer("a whole number from 1", atLeast: 1), "the most that anyone gets")
  private static let meanKey = Key<Double?>.optional(
    "mean", .number("a number from 1", in: 1...1_000_000), shown: "as many as there are",
    "the average over those who are matched")

  /// `2`, or `{least: 1, most: 5, mean: 2}`.
  static var format: ValueFormat<MatchRatio> {
    let fixed = ValueFormat<Int>.integer("a whole number from 1", atLeast: 1).mapping {
      (number, _) throws(SpecErrors) in MatchRatio.fixed(number)
    }
    let variable = ValueFormat<MatchRatio>.section(
      "a section with `least`, `most` and `mean`",
      keys: [AnyKey(leastKey), AnyKey(mostKey), AnyKey(meanKey)]
    ) { (section) throws(SpecErrors) in
      let least = try section.read(leastKey)
      let most = try section.read(mostKey)
      let mean = try section.read(meanKey)
      guard least <= most else {
        throw section.error(.rule("`least` of \(least) is above `most` of \(most)"), at: "least")
      }
      guard mean.map({ (Double(least)...Double(most)).contains($0) }) ?? true else {
        throw section.error(.rule("`mean` is not between `least` and `most`"), at: "mean")
      }
      return .variable(least: least, most: most, mean: mean)
    }
    return .shorthand(fixed, or: variable)
  }
}
