internal import StudyFiles

/// `replications: {until: {mcse: 0.005 sd, of: [mean(attainment)]}, at-most: 5000}`
struct ReplicationsSpec: Sendable {
  struct Target: Sendable {
    let mcse: Quantity
    let measures: [LocatedText]
  }

  let atMost: Int
  let target: Target?
  let perDraw: Int
  let usesControls: Bool
  let design: Replications.Design

  init(
    atMost: Int, target: Target? = nil, perDraw: Int = 1, usesControls: Bool = false,
    design: Replications.Design = .random
  ) {
    self.atMost = atMost
    self.target = target
    self.perDraw = perDraw
    self.usesControls = usesControls
    self.design = design
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

  static let perDraw = Key(
    "per-draw", .integer("a whole number of at least 1", atLeast: 1), default: 1, shown: "1",
    "how many replicates of chance share a draw of the parameters; from 2 the variance is divided")
  static let controls = Key(
    "control-variates", .flag, default: false, shown: "false",
    "whether means are adjusted by the draws of the parameters, whose means are known")
  static let design = Key<Replications.Design>(
    "design", .oneOf("design"), default: .random, shown: "random",
    "how draws of the parameters are spread: `sobol` covers what is unknown evenly, by scrambled Sobol points"
  )

  static let format = ValueFormat<ReplicationsSpec>.section(
    "`{at-most: 400}`",
    keys: [AnyKey(most), AnyKey(until), AnyKey(perDraw), AnyKey(controls), AnyKey(design)]
  ) { (section) throws(SpecErrors) in
    ReplicationsSpec(
      atMost: try section.read(most), target: try section.read(until),
      perDraw: try section.read(perDraw), usesControls: try section.read(controls),
      design: try section.read(design))
  }
}
