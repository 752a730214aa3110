/// What keeps a scenario from being simulated: wrong or insufficient data, or a model that runs away.
///
/// `at` is the place of the first row in question, as `schools.csv:12`.
public enum ScenarioError: Error, Sendable, Hashable {
  case unknownTable(String)
  case unknownColumn(String, table: String)
  case notNumeric(String, table: String)
  /// Some actors lack a value that the model needs.
  case missingValues(column: String, count: Int, of: Int, at: String)
  /// A rule that cannot be evaluated.
  case rule(String, String)
  case noLocations(needed: String)
  case missingLocations(count: Int, of: Int, at: String)
  case mixedPlaces(table: String)
  case placeCount(Int, actors: Int)
  case tooFewActors(Int)
  case negativeWeight(column: String, at: String)
  case duplicateActor(String, at: String)
  /// Ties name actors that are not in the table.
  case unknownActors(table: String, count: Int, first: String, at: String)
  case selfTie(actor: String, at: String)
  /// A tie's value that is none of those known.
  case tieValue(Double, at: String)
  /// A value of a behaviour that it cannot have.
  case behaviourValue(Double, behaviour: String, at: String, String)
  /// Ties of the start that a rule about pairs does not allow.
  case brokenRule(String, table: String, ties: Int)
  /// A kind of actor that none is of.
  case unknownKind(String, column: String, known: [String])
  case directedEffect(String)
  /// An effect that looks at a relation which the step does not have.
  case otherRelation(String, effect: String)
  /// An effect of groups as they are at present, in a step that has none.
  case presentGroups(effect: String)
  case noEstimate(step: String)
  /// A step without a finite estimate of how often a relation or a behaviour changes.
  case noRate(of: String, step: String)
  case unknownTerm(String, step: String, known: [String])
  case termNotNamed(step: String, known: [String])
  case covarianceShape(step: String, rows: Int, columns: Int, terms: Int)
  case covarianceNotPositive(step: String)
  case noSpreadOfOutcome(column: String)
  case tooFewForFifths(Int)
  case runaway(policy: String, year: Int, meanDegree: Double)
  /// The same in a relation beside the first.
  case runawayRelation(String, policy: String, year: Int, meanDegree: Double)
  /// A row of a table of priors that will not do.
  case badPrior(String, at: String)
  case unknownPrior(String, known: [String])
  /// Amounts in prices of different years, and nothing to take one to the other.
  case priceYears(Int, Int)
  case noGroups(step: String)
  /// Schools cannot be divided into families.
  case families(String)
  case noValueOfSD
  case groupsOfOtherTable(step: String, table: String, actors: String)
  /// Groups of the start larger than they may be, or a school in two of one kind.
  case groupTwice(kind: String, actor: String, at: String)
}

extension ScenarioError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownTable(let name): "there is no table `\(name)`"
    case .unknownColumn(let name, let table): "there is no column `\(name)` in `\(table)`"
    case .notNumeric(let name, let table):
      "`\(name)` of `\(table)` holds no numbers, which this use of it needs"
    case .missingValues(let column, let count, let total, let place):
      "\(place): `\(column)` is missing, in all for \(count) of \(total): exclude them or fill them in"
    case .rule(let rule, let problem): "`\(rule)`: \(problem)"
    case .noLocations(let needed):
      "`\(needed)` needs places, and the actors have none: give their table a `location`"
    case .missingLocations(let count, let total, let place):
      "\(place): no place on the map, in all for \(count) of \(total) actors: exclude them or fill them in"
    case .mixedPlaces(let table):
      "some places of `\(table)` are on the globe and others on a grid: give all in one way"
    case .placeCount(let count, let actors): "\(count) places for \(actors) actors"
    case .tooFewActors(let count): "expected at least 2 actors, found \(count)"
    case .negativeWeight(let column, let place):
      "\(place): the weight `\(column)` is below 0, or 0 everywhere"
    case .duplicateActor(let name, let place):
      "\(place): actor `\(name)` stands twice: keep one row an actor"
    case .unknownActors(let table, let count, let first, let place):
      "\(place): there is no actor `\(first)`; rows of `\(table)` that name unknown actors: \(count); correct or drop "
        + "them"
    case .selfTie(let actor, let place):
      "\(place): actor `\(actor)` is tied to itself: drop the row"
    case .tieValue(let value, let place):
      "\(place): value \(value): expected 0, 1, 10 (cannot begin) or 11 (cannot end)"
    case .behaviourValue(let value, let behaviour, let place, let problem):
      "\(place): behaviour `\(behaviour)` is \(value), which \(problem)"
    case .brokenRule("contains", let table, let ties):
      "`contains: \(table)` is broken by \(ties) of its pairs, which are not tied at the start: tie or drop them"
    case .brokenRule("kinds", let column, let ties):
      "`kinds` is broken by \(ties) of the ties of the start, which join other kinds of `\(column)`: allow or drop them"
    case .brokenRule(let rule, let table, let ties):
      "`\(rule): \(table)` is broken by \(ties) of the ties of the start: allow or drop them"
    case .unknownKind(let kind, let column, let known):
      "`kinds` names `\(kind)`, and `\(column)` has \(known.map { "`\($0)`" }.joined(separator: ", "))"
    case .directedEffect(let name): "`\(name)` has a meaning in directed networks alone"
    case .otherRelation(let relation, let effect):
      "`\(effect)(\(relation))` looks at a relation `\(relation)`, which is not there: name it under `relations` of a "
        + "`formation` or `scenarios` step, or leave the effect out"
    case .presentGroups(let effect):
      "`\(effect)` looks at groups as a scenario's policies change them, and this step knows none: "
        + "give `shared-group(COLUMN)` with a column of the actors"
    case .noEstimate(let step): "step `\(step)` has left no estimate to carry into the scenario"
    case .noRate(let name, let step):
      "step `\(step)` has no finite estimate of how often `\(name)` changes: give `formation` with a `rate` and "
        + "coefficients `{from: \(step), term: …}` instead of `start`"
    case .unknownTerm(let term, let step, let known):
      "step `\(step)` has no term `\(term)`: it has \(known.joined(separator: ", "))"
    case .termNotNamed(let step, let known):
      "step `\(step)` has the terms \(known.joined(separator: ", ")): say which one with `term`"
    case .covarianceShape(let step, let rows, let columns, let terms):
      "the covariance of step `\(step)` is \(rows)×\(columns) for \(terms) terms"
    case .covarianceNotPositive(let step):
      "the covariance of step `\(step)` is not positive definite"
    case .noSpreadOfOutcome(let column):
      "`\(column)` is the same everywhere, so that `sd` has no size: give the outcome's `sd`"
    case .tooFewForFifths(let count): "expected at least 5 actors to form fifths, found \(count)"
    case .runaway(let policy, let year, let degree):
      "under policy `\(policy)` partnerships run away: \(degree.rounded()) partners a school by year "
        + "\(year); lower `density` or `transitivity`"
    case .badPrior(let problem, let place): "\(place): \(problem)"
    case .runawayRelation(let relation, let policy, let year, let degree):
      "under policy `\(policy)` ties of `\(relation)` run away: \(degree.rounded()) a school by year "
        + "\(year); lower its `density` or `transitivity`"
    case .unknownPrior(let name, let known):
      "there is no prior `\(name)`: there are \(known.joined(separator: ", "))"
    case .priceYears(let year, let target):
      "an amount in prices of \(year) cannot be taken to those of \(target): give `inflation` under `costs`"
    case .noGroups(let step): "step `\(step)` has left no groups"
    case .families(let problem): problem
    case .noValueOfSD:
      "`net-cost` needs to know what a gain is worth: give `costs: {value-of-sd: …}`"
    case .groupsOfOtherTable(let step, let table, let actors):
      "step `\(step)` has grouped the rows of `\(table)`, and the scenario is of `\(actors)`"
    case .groupTwice(let kind, let actor, let place):
      "\(place): `\(actor)` stands in two groups of kind \(kind), or is governed in two: keep one"
    }
  }
}
