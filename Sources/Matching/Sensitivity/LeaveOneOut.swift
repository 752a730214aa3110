internal import Designs
public import StudyFiles
internal import Tables

/// The design's estimate without the units of each group in turn, such as each local authority: whether one of
/// them carries the answer.
///
/// Unless `rematch` is asked for, nobody is matched anew: a matched set that loses an arm leaves, weights are
/// made again from what is left of the sets, and weights that were estimated stay as they were for the others.
/// With `rematch` scores, distances and partners are found again without the group.
public struct LeaveOneOut: SensitivityCheck {
  public let column: LocatedText
  /// Whether the design is made again without each group: scores, distances and partners.
  public let rematch: Bool

  public init(column: LocatedText, rematch: Bool = false) {
    self.column = column
    self.rematch = rematch
  }

  public static let mainKey: String? = "column"

  public func run(_ context: SensitivityContext) throws(MatchingError) -> SensitivityResult {
    guard let values = context.covariate(column.text) else {
      return SensitivityResult(tables: [])
    }
    let match = context.match.outcome
    let whole = try context.effect(of: context.outcome)
    var rows: [LeftOutRow] = []
    var members: [String: [Int]] = [:]
    for group in values.groups(over: Array(0..<values.count)) { members[group.name] = group.units }
    var changed: [String] = []
    for group in values.groups(
      over: match.sample.weights.indices.filter { match.sample.isUsed($0) })
    {
      let effect: DesignEffect?
      do throws(MatchingError) {
        effect =
          rematch
          ? try rematched(without: members[group.name] ?? [], in: context)
          : try context.effect(of: context.outcome, in: match.without(group.units))
      } catch {
        if case .brokenConstraint = error { throw error }
        effect = nil
      }
      rows.append(
        LeftOutRow(
          group: group.name, units: group.units.count, effect: effect, whole: whole))
      if let effect, (effect.estimate < 0) != (whole.estimate < 0) { changed.append(group.name) }
    }
    var diagnostics: [Diagnostic] = []
    if !changed.isEmpty {
      diagnostics.append(
        Diagnostic(
          .warning, code: "one-group-carries-it",
          "without `\(column.text)` "
            + changed.prefix(5).map { "`\($0)`" }.joined(separator: ", ")
            + (changed.count > 5 ? " and \(changed.count - 5) more" : "")
            + " the estimate changes its sign"))
    }
    return SensitivityResult(
      tables: [TidyTable("leave_one_out", rows)], diagnostics: diagnostics)
  }
}

extension LeaveOneOut {
  /// The effect of the design made again without everybody of a group.
  private func rematched(
    without units: [Int], in context: SensitivityContext
  ) throws(MatchingError) -> DesignEffect? {
    let inputs = context.match.inputs
    let step: MatchStep
    do throws(SpecErrors) {
      step = try Specification(step: inputs.step, replacements: []).step()
    } catch { throw .unresolvedNames(error.description) }
    let all = inputs.population ?? context.columns.table.allRows
    let gone = Set(units.map { context.match.rows[$0] })
    return try step.run(
      in: context.data, seed: inputs.seed, rows: all.filter { !gone.contains($0) },
      unitKey: context.match.unitKey, places: inputs.places, groups: inputs.groups,
      owners: inputs.owners, fitter: inputs.fitter
    ).effect
  }
}

/// A row of `leave_one_out`.
struct LeftOutRow: TidyRow {
  let group: String
  let units: Int
  let effect: DesignEffect?
  let whole: DesignEffect

  static let schema = [
    Field("left_out", "the group without which"),
    Field("units", "its units in the sample"),
    Field("estimate", unit: "outcome", "the estimate without them; empty where none is possible"),
    Field("std_error", unit: "outcome", "standard error"),
    Field("ci_low", unit: "outcome", "lower end of the 95 % interval"),
    Field("ci_high", unit: "outcome", "upper end of the 95 % interval"),
    Field("p_value", "two-sided"),
    Field("change", unit: "outcome", "this estimate less that of all"),
  ]

  var cells: [Cell] {
    [
      .text(group), .count(units), .optional(effect?.estimate), .optional(effect?.standardError),
      .optional(effect?.interval.lowerBound), .optional(effect?.interval.upperBound),
      .optional(effect?.pValue), .optional(effect.map { $0.estimate - whole.estimate }),
    ]
  }
}

extension Covariate {
  /// The units of each value in order of the values, numbers ascending; units without one are in none.
  fileprivate func groups(over units: [Int]) -> [(name: String, units: [Int])] {
    switch values {
    case .factor(let codes, let levels):
      return levels.indices.map { level in (levels[level], units.filter { codes[$0] == level }) }
        .filter { !$0.1.isEmpty }
    case .numbers(let numbers):
      var members: [Double: [Int]] = [:]
      for unit in units where numbers[unit].isFinite {
        members[numbers[unit], default: []].append(unit)
      }
      return members.keys.sorted().map { value in
        (Int(exactly: value).map { "\($0)" } ?? "\(value)", members[value] ?? [])
      }
    }
  }
}

extension MatchOutcome {
  /// The same match without some units: nobody is matched anew.
  func without(_ units: [Int]) -> MatchOutcome {
    var isGone = [Bool](repeating: false, count: candidates.count)
    for unit in units { isGone[unit] = true }
    let treated = candidates.treated
    let left: MatchedSample
    if sample.reusesComparators, !sample.pairs.isEmpty {
      let pairs = sample.pairs.filter { !isGone[$0.treated] && !isGone[$0.control] }
      let focalIsTreated = estimand.treatedAreFocal ?? true
      left = MatchedSample.reusing(pairs, treated: treated, focalIsTreated: focalIsTreated)
    } else if sample.grouping == .weights {
      left = MatchedSample(
        weights: MatchedSample.scaledToMeanOne(
          sample.weights.enumerated().map { isGone[$0] ? 0 : $1 }, treated: treated),
        sets: sample.sets, pairs: [], reusesComparators: false, grouping: .weights,
        equations: sample.equations)
    } else {
      let kept = sample.sets.enumerated().map { isGone[$0] ? -1 : $1 }
      let weights = MatchedSample.setWeights(kept, treated: treated, estimand: estimand)
      left = MatchedSample(
        weights: weights, sets: zip(kept, weights).map { $1 > 0 ? $0 : -1 },
        pairs: sample.pairs.filter { weights[$0.treated] > 0 && weights[$0.control] > 0 },
        reusesComparators: sample.reusesComparators, grouping: sample.grouping)
    }
    return MatchOutcome(
      candidates: candidates, estimand: estimand, sample: left, score: score,
      propensity: propensity, reasons: reasons, calipers: calipers, checks: checks,
      diagnostics: diagnostics)
  }
}
