/// What keeps a model of formation from being estimated: wrong or insufficient data, or a model that has no
/// solution.
public enum FormationError: Error, Sendable, Hashable {
  case tooFewWaves(Int)
  case otherActors(wave: Int, found: Int, expected: Int)
  case otherKind(wave: Int)
  case constraintCount(Int, periods: Int)
  /// Nothing changes in a period, so that there is nothing to estimate a rate from.
  case noChange(variable: String, period: Int)
  /// No wave after the first has a tie, or each has all of them.
  case atEdge(tied: Bool)
  /// Everything is fixed in a period.
  case noChoice(period: Int)
  case tooFewReplicates(Int, parameters: Int)
  /// A statistic that is the same in every simulation.
  case constant(effect: String)
  /// An effect that cannot be told apart from others.
  case collinear(effect: String, with: [String])
  case conditionalBehaviour
  case conditionalRelations
  case notTieSum(effect: String)
  case notWhole(behaviour: String, value: Double)
  case runaway(period: Int, meanDegree: Double)
  /// An actor that leaves before it joins, or whose time lies outside the waves.
  case neverPresent(actor: String)
  /// An actor that has not joined, or has left, and has ties.
  case absentWithTies(actor: String, wave: String)
  /// Observed ties that a rule between two relations does not allow.
  case brokenRule(String, table: String, wave: String, ties: Int)
  /// Something about the actors' data.
  case data(ScenarioError)
}

extension FormationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooFewWaves(let count): "expected at least 2 waves, found \(count)"
    case .otherActors(let wave, let found, let expected):
      "wave \(wave) has \(found) actors, the first has \(expected): give every wave the same actors"
    case .otherKind(let wave):
      "wave \(wave) differs from the first in being directed, in its relations or in its behaviours"
    case .constraintCount(let count, let periods):
      "\(count) sets of constraints for \(periods) periods"
    case .noChange(let variable, let period):
      "`\(variable)` does not change between waves \(period) and \(period + 1), so that its rate cannot "
        + "be estimated: leave one of the waves out"
    case .atEdge(let tied):
      (tied ? "every pair is tied" : "no tie is there")
        + " in any wave after the first, which tells no more of how ties are made and ended than that: add a wave, "
        + "or see whether its table is whole"
    case .noChoice(let period):
      "between waves \(period) and \(period + 1) no actor can change anything: too few are present, or "
        + "everything is fixed"
    case .tooFewReplicates(let count, let parameters):
      "\(count) replicates are too few for \(parameters) parameters: give at least \(10 * parameters)"
    case .constant(let effect) where effect.contains("rate "):
      "`\(effect)` cannot be estimated: all simulated networks change alike, since the effects or limits leave actors next to "
        + "nothing to choose; see whether the waves tie nearly nobody or nearly everybody, or break `maximum-degree`, "
        + "and leave out effects that feed on themselves"
    case .constant(let effect):
      "`\(effect)` has the same statistic in every simulated network, so that it cannot be estimated: "
        + "leave it out, or look at what `maximum-degree` and other rules leave to change"
    case .collinear(let effect, let others):
      "`\(effect)` cannot be told apart from "
        + (others.isEmpty
          ? "the other effects" : others.map { "`\($0)`" }.joined(separator: ", "))
        + ": leave it or one of them out"
    case .conditionalBehaviour:
      "`conditional` estimation is for networks alone; with a behaviour leave it out"
    case .conditionalRelations:
      "`conditional` estimation is for one relation; with others under `relations` leave it out"
    case .notTieSum(let effect):
      "`\(effect)` is no sum over ties, so that it cannot act on making or ending them alone"
    case .notWhole(let behaviour, let value):
      "`\(behaviour)` must be in whole steps, found \(value): group its values first"
    case .runaway(let period, let degree):
      "between waves \(period) and \(period + 1) simulated partnerships run away, to \(degree.rounded()) "
        + "partners an actor: leave out effects that feed on themselves, or use `gwesp` for `transitivity`"
    case .neverPresent(let actor):
      "`\(actor)` is there at no time between the first and the last wave: leave it out, or correct `joins` and "
        + "`leaves`"
    case .absentWithTies(let actor, let wave):
      "`\(actor)` has ties in `\(wave)` but has not joined by then, or has left: correct `joins` and `leaves`, or "
        + "drop the ties"
    case .brokenRule("kinds", let column, let wave, let ties):
      "`kinds` is broken by \(ties) of the ties of `\(wave)`, which join other kinds of `\(column)`: allow or drop them"
    case .brokenRule("contains", let table, let wave, let ties):
      "`contains: \(table)` is broken by \(ties) of its pairs, which are not tied in `\(wave)`: tie or drop them"
    case .brokenRule(let rule, let table, let wave, let ties):
      "`\(rule): \(table)` is broken by \(ties) of the ties of `\(wave)`: allow or drop them"
    case .data(let problem): "\(problem)"
    }
  }
}
