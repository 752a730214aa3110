internal import Designs
internal import StudyFiles
internal import Tables

/// How classes of residual variance, order in time and design weights are written.
extension RowStructureRequest {
  static let dispersionKey = Key<LocatedText?>.optional(
    "dispersion",
    ValueFormat<LocatedText>.text("`by(COLUMN)`").mapping { (text, node) throws(SpecErrors) in
      let call = try Call(text, path: node.path)
      guard call.name.text == "by", call.arguments.count == 1 else {
        throw node.wrongType(expected: "`by(COLUMN)`")
      }
      return call.arguments[0]
    },
    "Residual variances of their own for the values of a column, estimated with the other variances."
  )

  static let correlationKey = Key<(time: LocatedText, unit: LocatedText)?>.optional(
    "correlation",
    ValueFormat<LocatedText>.text("`ar1(TIME | UNIT)`").mapping { (text, node) throws(SpecErrors) in
      let call = try Call(text, path: node.path)
      guard call.name.text == "ar1", call.arguments.count == 1 else {
        throw node.wrongType(expected: "`ar1(TIME | UNIT)`")
      }
      let argument = call.arguments[0]
      let parts = argument.text.split(separator: "|", omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw node.wrongType(expected: "`ar1(TIME | UNIT)`") }
      func piece(_ part: Substring) -> LocatedText {
        let trimmed = part.drop { $0 == " " }
        let offset = argument.text.distance(
          from: argument.text.startIndex, to: trimmed.startIndex)
        var end = trimmed
        while end.last == " " { end.removeLast() }
        return LocatedText(String(end), at: argument.location.advanced(by: offset))
      }
      let (time, unit) = (piece(parts[0]), piece(parts[1]))
      guard !time.text.isEmpty, !unit.text.isEmpty else {
        throw node.wrongType(expected: "`ar1(TIME | UNIT)`")
      }
      return (time, unit)
    },
    "Residuals of a unit's rows correlated as ρ to the power of the time between them; times are whole "
      + "numbers, with gaps or without.")

  static let designKey = Key<[(level: LocatedText?, column: LocatedText)]?>.optional(
    "design",
    .shorthand(
      ValueFormat<LocatedText>.text("a column").mapping { (column, _) throws(SpecErrors) in
        [(level: nil, column: column)]
      },
      or: ValueFormat<[Named<LocatedText>]>.named(.text("a column")).mapping {
        (items, _) throws(SpecErrors) in
        items.map { (level: LocatedText?.some($0.name), column: $0.value) }
      }),
    "Sampling or matching weights: of the rows, or by level, each conditional on the level above.")

  static let scalingKey = Key(
    "scaling", ValueFormat<DesignWeights.Scaling>.oneOf("scaling"), default: .size, shown: "size",
    "How design weights are scaled within groups: to sum to their `size`, to their `effective` size, or "
      + "`none`.")

  /// Reads the keys of a step; `nil` where it has none of them.
  static func read(
    _ section: Section, _ design: [(level: LocatedText?, column: LocatedText)],
    _ scaling: DesignWeights.Scaling
  ) throws(SpecErrors) -> RowStructureRequest? {
    let dispersion = try section.read(dispersionKey)
    let serial = try section.read(correlationKey)
    if dispersion != nil, serial != nil {
      throw section.error(
        .rule("`dispersion` and `correlation` are not offered together: keep one"), at: "dispersion"
      )
    }
    guard dispersion != nil || serial != nil || !design.isEmpty else { return nil }
    return RowStructureRequest(
      dispersion: dispersion, serial: serial, design: design, scaling: scaling)
  }

  /// Settings that do not go with what the rows are said to be.
  func check(
    _ section: Section, isGeneralised: Bool
  ) throws(SpecErrors) {
    if isGeneralised {
      let key = hasDesignWeights ? "weights" : dispersion != nil ? "dispersion" : "correlation"
      throw section.error(
        .rule("this is for a normal response: drop `\(key)` or `family`"), at: key)
    }
    let degrees = try section.read(MultilevelStep.degreesKey)
    if degrees == .kenwardRoger, !hasDesignWeights {
      throw section.error(
        .rule(
          "`kenward-roger` is for independent residuals of one variance: write `df: satterthwaite`"),
        at: "df")
    }
    if serial != nil, section.has("errors"), try section.read(MultilevelStep.errorsKey) != nil {
      throw section.error(
        .rule("errors robust to clusters are not offered with `correlation`: drop one of them"),
        at: "errors")
    }
    if hasDesignWeights { try checkDesign(section, degrees) }
  }

  private func checkDesign(
    _ section: Section, _ degrees: DegreesOfFreedomMethod
  ) throws(SpecErrors) {
    for (key, isGiven) in [("dispersion", dispersion != nil), ("correlation", serial != nil)]
    where isGiven {
      throw section.error(.rule("`\(key)` is not offered with design weights: drop one"), at: key)
    }
    if section.has("method"), try section.read(MultilevelStep.methodKey) == .reml {
      throw section.error(
        .rule("design weights have no restricted likelihood: drop `method`"), at: "method")
    }
    if section.has("df"), degrees != .none {
      throw section.error(
        .rule(
          "with design weights tests have one degree of freedom less than the sandwich has clusters: drop "
            + "`df`"), at: "df")
    }
    if section.has("errors") {
      throw section.error(
        .rule("standard errors with design weights are a sandwich already: drop `errors`"),
        at: "errors")
    }
    if section.has("intervals"), try section.read(StepInference.intervalsKey) != .wald {
      throw section.error(
        .rule(
          "profile and bootstrap intervals need a likelihood, which design weights do not give: drop "
            + "`intervals`"), at: "intervals")
    }
    let questions = (StepInference.keys + PostEstimation.keys).map(\.name)
    if let key = questions.first(where: { $0 != "intervals" && section.has($0) }) {
      throw section.error(.rule("`\(key)` is not offered with design weights: drop it"), at: key)
    }
    if section.has("effect") {
      throw section.error(
        .rule("an effect in standard deviations is not offered with design weights: drop `effect`"),
        at: "effect")
    }
  }
}

extension SourceLocation {
  fileprivate func advanced(by characters: Int) -> SourceLocation {
    SourceLocation(file: file, line: line, column: column + characters)
  }
}
