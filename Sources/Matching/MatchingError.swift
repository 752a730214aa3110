public import Regression

/// Why no matched sample could be had from a population.
public enum MatchingError: Error, Sendable, Hashable {
  case noTreatedUnit(candidates: Int)
  case noComparator(candidates: Int)
  /// Every unit of an arm lacks a covariate, or the place that `apart` needs.
  case allMissing(arm: Arm, column: String, units: Int)
  /// Every unit of an arm lies outside the other's range of the score.
  case noCommonSupport(treated: ClosedRange<Double>, comparators: ClosedRange<Double>)
  /// No comparator is as far as `apart` asks from every treated unit.
  case noneFarEnough(kilometres: Double, comparators: Int)
  /// No exact stratum holds both arms.
  case oneSidedStrata(strata: Int)
  /// No pair keeps all the calipers; the one that alone leaves none is named, if there is one.
  case caliperExcludesAll(caliper: String?, limit: Double, nearest: Double, treated: Int)
  /// A distance that is not a finite number.
  case notFiniteDistance(unit: Int)
  /// A covariate whose variance is too large for a number.
  case notFiniteSpread(column: String)
  /// Every covariate has the same value in all units.
  case nothingVaries(covariates: [String])
  case unsupportedEstimand(method: String, estimand: Estimand, supported: [Estimand])
  /// Calipers, which limit the difference of two matched units, with a method that makes no pairs or sets.
  case calipersNotKept(method: String)
  /// Exact columns with a method that weighs units and puts none together.
  case exactNotKept(method: String)
  /// No weights of an arm give it the wanted mean of a covariate together with those of the others.
  case cannotBalance(column: String, arm: Arm)
  /// A method that divides or weighs by the score was given none.
  case noScore(method: String)
  /// A propensity of 0 or 1 on the wrong side, so that a weight would be infinite.
  case infiniteWeight(unit: Int)
  /// Trimming left nobody in an arm.
  case trimmedAway(arm: Arm, bounds: ClosedRange<Double>)
  /// Stacked standard errors for a sample without equations of its weights.
  case noWeightEquations
  /// A given score that is no probability, or whose logit is not finite.
  case notAProbability(column: String, value: Double)
  /// A distance by a column of scores, and candidates without one.
  case noGivenScore(column: String)
  /// A test within matched sets, and a sample that has none.
  case noMatchedSets
  /// Errors that are those of pairs, and a sample that has none.
  case noPairs(errors: String)
  /// Groups that were assigned as one and reach over sets that are no pairs.
  case groupsInLargerSets
  /// An outcome that does not differ within any matched set.
  case noDifferences(outcome: String)
  /// More possible pairs than a method that looks at all of them takes.
  case tooManyPairs(count: Int, limit: Int)
  /// Matched units without members that could be matched.
  case noMembers
  /// A joint match with a method that does not weigh members.
  case jointNotKept(method: String)
  /// No pair of units, however few, has means within the tolerance.
  case noBalancedSample(tolerance: Double)
  /// A setting that names what is no covariate, or none of numbers.
  case notABinnedCovariate(setting: String, name: String)
  /// A score whose intercept varies between groups, and nobody who fits it.
  case noMixedPropensity(groups: String)
  /// Treated units cannot all have the least number of comparators.
  case minimumNotKept(minimum: Int, missing: Int, treated: Int, comparators: Int)
  /// A score with at least as many coefficients as candidates; the covariate with most categories, if it has
  /// several, and how many it has.
  case tooManyCoefficients(count: Int, candidates: Int, widest: String?, categories: Int)
  /// Fine balance of what changes between the base years at which a unit stands.
  case fineBalanceOverYears(names: [String], unit: Int)
  case propensity(RegressionError)
  case effect(RegressionError)
  /// An outcome is missing for all units of an arm.
  case noOutcome(arm: Arm, outcome: String)
  /// Too few independent sets or units for a standard error of the design's own effect.
  case noStandardError(outcome: String, clusters: Int)
  /// The step was run on data in which ``MatchStep/check(in:)`` finds these errors.
  case unresolvedNames(String)
  /// The result breaks a declared constraint: a mistake of this program, never of the data.
  case brokenConstraint(name: String, declared: String, found: String)
}

extension MatchingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noTreatedUnit(let count):
      (count == 1
        ? "the only candidate is not treated" : "none of the \(count) candidates is treated")
        + ": check the treated column and the population's rules"
    case .noComparator(let count):
      (count == 1 ? "the only candidate is treated" : "all \(count) candidates are treated")
        + ", so there is nobody to compare with: "
        + "check the treated column and the population's rules"
    case .allMissing(let arm, let column, let units):
      "`\(column)` is missing for all \(units) \(arm.plural): leave it out or choose another"
    case .noCommonSupport(let treated, let comparators):
      "no common support: the scores of the treated lie in \(treated.lowerBound) … "
        + "\(treated.upperBound), those of the comparators in \(comparators.lowerBound) … "
        + "\(comparators.upperBound): use fewer covariates or another population"
    case .noneFarEnough(let kilometres, let comparators):
      "none of the \(comparators) comparators is at least \(kilometres) km from every treated unit: "
        + "ask for a smaller distance or another population"
    case .oneSidedStrata(let strata):
      "none of the \(strata) exact strata holds both arms: match exactly on fewer or coarser columns"
    case .caliperExcludesAll(let caliper, let limit, let nearest, let treated):
      if let caliper {
        "caliper `\(caliper)` of \(limit) leaves no pair for any of \(treated) treated units; "
          + "the nearest two differ by \(nearest): widen it"
      } else {
        "the calipers together leave no pair for any of \(treated) treated units: widen or drop one"
      }
    case .notFiniteDistance(let unit):
      "the distance of candidate \(unit + 1) is not a finite number: check its covariates"
    case .notFiniteSpread(let column):
      "the variance of `\(column)` is not a finite number: look for values that are codes, or rescale it"
    case .nothingVaries(let covariates):
      "every covariate is constant over the candidates: "
        + covariates.map { "`\($0)`" }.joined(separator: ", ")
    case .unsupportedEstimand(let method, let estimand, let supported):
      "method `\(method)` does not estimate `\(estimand.rawValue)`: it can do "
        + supported.map { "`\($0.rawValue)`" }.joined(separator: " or ")
    case .calipersNotKept(let method):
      "method `\(method)` cannot keep calipers, since it makes no pairs: leave them out, or match with "
        + "`nearest`, `optimal` or `full`"
    case .exactNotKept(let method):
      "method `\(method)` weighs units and puts none together: give the columns of `exact` as covariates, "
        + "or match with another method"
    case .cannotBalance(let column, let arm):
      "no weights of the \(arm.plural) balance `\(column)` together with the other covariates: "
        + "leave it out, coarsen it, or take units outside the other arm's range out with `discard`"
    case .noScore(let method): "method `\(method)` needs a propensity score: fit one"
    case .infiniteWeight(let unit):
      "candidate \(unit + 1) has a propensity of 0 or 1 and would weigh infinitely much: set `trim`, or "
        + "use `method: overlap`"
    case .trimmedAway(let arm, let bounds):
      "trimming to propensities of \(bounds.lowerBound) … \(bounds.upperBound) leaves none of the "
        + "\(arm.plural): admit more, or use `method: overlap`"
    case .noWeightEquations:
      "`stacked` errors need weights that were estimated here (`weighting`, `overlap`, `entropy`): use "
        + "another kind"
    case .notAProbability(let column, let value):
      "score `\(column)` holds \(value), where a probability between 0 and 1 was expected: say "
        + "`holds: logit` if it holds logits"
    case .noGivenScore(let column):
      "the candidates have no score `\(column)`: give it with them"
    case .noMatchedSets:
      "randomisation within matched sets needs sets: match with a method that makes them, without `replace`"
    case .noPairs(let errors):
      "`\(errors)` errors are those of pairs, and this sample has none: match with `nearest` and `replace`"
    case .groupsInLargerSets:
      "groups that were assigned as one reach over matched sets that are no pairs, so no assignment moves "
        + "them whole: match one to one"
    case .noDifferences(let outcome):
      "`\(outcome)` does not differ within any matched set, so there is nothing to explain away"
    case .tooManyPairs(let count, let limit):
      "\(count) possible pairs are more than the \(limit) that `fine`, `near-exact`, ratios that vary and "
        + "joint designs take: narrow the population by `exact` or calipers, or match without them"
    case .noMembers:
      "no members of matched units can be matched: widen their caliper, or check their covariates"
    case .jointNotKept(let method):
      "method `\(method)` does not weigh members: match with `optimal`, or use `design: nested`"
    case .noBalancedSample(let tolerance):
      "no sample was found whose means differ by at most \(tolerance) standard deviations: allow more, or "
        + "balance fewer covariates"
    case .notABinnedCovariate(let setting, let name):
      "`\(setting)` names `\(name)`, which is no covariate of numbers: name one that is"
    case .noMixedPropensity(let groups):
      "the score's intercept varies between groups of `\(groups)`, which needs these groups and a fitter of "
        + "mixed models: give both with the candidates"
    case .minimumNotKept(let minimum, let missing, let treated, let comparators):
      "\(treated) treated units cannot each have \(minimum) of \(comparators) comparators: "
        + "\(missing) places stay empty; ask for a smaller `minimum`, or widen calipers and strata"
    case .tooManyCoefficients(let count, let candidates, let widest, let categories):
      "the score has \(count) coefficients for \(candidates) candidates, so that it can tell them all apart"
        + (widest.map {
          ", \(categories - 1) of them for the \(categories) categories of `\($0)`: leave it out or coarsen it; "
            + "if it should be a number, look which of its values is none"
        } ?? ": use fewer covariates or a larger population")
    case .fineBalanceOverYears(let names, let unit):
      "fine balance of \(names.map { "`\($0)`" }.joined(separator: " × ")) needs a comparator to have one "
        + "category, but the one of candidate \(unit + 1) changes between base years: balance what does not "
        + "change, or ask for `near-exact`"
    case .propensity(let error): "the propensity could not be fitted: \(error)"
    case .effect(let error): "the effect could not be estimated: \(error)"
    case .noStandardError(let outcome, let clusters):
      "the effect on `\(outcome)` rests on \(clusters) independent \(clusters == 1 ? "set" : "sets"), "
        + "which gives no standard error: match more units, or leave out `outcome`"
    case .noOutcome(let arm, let outcome):
      "`\(outcome)` is missing for all matched \(arm.plural)"
    case .unresolvedNames(let errors): errors
    case .brokenConstraint(let name, let declared, let found):
      "internal error: the matched sample breaks `\(name)` (declared \(declared), found \(found)): "
        + "please report it with the study"
    }
  }
}
