internal import StudyFiles

/// `replications: {until: {mcse: 0.005 sd, of: [mean(attainment)]}, at-most: 5000}`
struct ReplicationsSpec: Sendable {
  struct Target: Sendable {
    let mcse: Quantity
    let measures: [LocatedText]
  }

  let atMost: Int
  let target: Target?

  init(atMost: Int, target: Target? = nil) {
    self.atMost = atMost
    self.target = target
  }

  static let most = Key(
    "at-most", .integer("a whole number from 1 to 1000000", atLeast: 1, atMost: 1_000_000),
    "how many replicates, or how many at most where `until` is given")
  static let mcse = Key(
    "mcse",
    .quantity("a number above 0, as in `0.005 sd`", units: ["sd", ""], in: 1e-12...1e12),
    "the Monte Carlo standard error to reach, of contrasts in the last year")
  static let measures = Key(
    "of", ValueFormat<[LocatedText]>.list(of: .text("a reported measure"), atLeast: 1),
    "of which measures")
  static let until = Key.optional(
    "until",
    ValueFormat<Target>.section(
      "`{mcse: 0.005 sd, of: [mean(attainment)]}`", keys: [AnyKey(mcse), AnyKey(measures)]
    ) { (section) throws(SpecErrors) in
      Target(mcse: try section.read(mcse), measures: try section.read(measures))
    }, shown: "none", "when to stop earlier")

  static let format = ValueFormat<ReplicationsSpec>.section(
    "`{at-most: 400}`", keys: [AnyKey(most), AnyKey(until)]
  ) { (section) throws(SpecErrors) in
    ReplicationsSpec(atMost: try section.read(most), target: try section.read(until))
  }
}
