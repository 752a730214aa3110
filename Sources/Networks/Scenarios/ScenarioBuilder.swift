internal import Designs
internal import StudyFiles
internal import Tables

/// What actions and effects need to be made among real schools: their data, the priors, prices, groups of earlier
/// steps, and the set of unknowns that they add to.
public struct ScenarioBuilder: Sendable {
  let data: DataSet
  let actors: ActorData
  let horizon: Int
  /// What one sd is in the outcome's unit.
  let sd: Double
  /// Of each school, zero without an outcome.
  let outcome: [Double]
  let estimates: [String: CarriedEstimate]
  /// Groups that earlier steps have left, by step.
  let groups: [String: SchoolGroups]
  let priors: PriorTable
  let prices: Prices
  /// Names of the relations, the scenario's own ties first.
  let relations: [String]
  /// Groups of pupils that effects may tell apart.
  var pupils: [PupilGroup] = []
  var parameters = ParameterSet()

  init(
    data: DataSet, actors: ActorData, horizon: Int, sd: Double, outcome: [Double],
    estimates: [String: CarriedEstimate], groups: [String: SchoolGroups], priors: PriorTable,
    prices: Prices, relations: [String] = []
  ) {
    self.relations = relations
    self.data = data
    self.actors = actors
    self.horizon = horizon
    self.sd = sd
    self.outcome = outcome
    self.estimates = estimates
    self.groups = groups
    self.priors = priors
    self.prices = prices
  }

  var ruleTables: RuleTables { RuleTables(data: data, table: actors.table) }

  /// The schools that a rule is about; all without one.
  func rule(_ text: RuleText?) throws(ScenarioError) -> SchoolRule {
    guard let text else { return .everyone }
    if NowTable.isUsed(in: text.rule) { return SchoolRule(moving: text.rule) }
    do throws(ExpressionError) {
      return SchoolRule(
        Eligibility(try text.rule.evaluateLogical(in: data, table: actors.table)))
    } catch {
      throw .rule(text.text.text, error.description)
    }
  }

  /// The fifth of schools with the lowest outcome at the start, or with the highest.
  func fifth(lowest: Bool) -> SchoolRule {
    let order = outcome.indices.sorted { (outcome[$0], $0) < (outcome[$1], $1) }
    var isIn = [Bool](repeating: false, count: outcome.count)
    let size = outcome.count / 5
    for school in lowest ? order.prefix(size) : order.suffix(size) { isIn[school] = true }
    return SchoolRule(Eligibility(isIn))
  }

  /// The position of a relation; that of the scenario's own ties, 0, unless it is named.
  func relation(_ name: LocatedText?) throws(ScenarioError) -> Int {
    guard let name else { return 0 }
    guard let position = relations.firstIndex(of: name.text) else {
      throw .otherRelation(name.text, effect: "relation")
    }
    return position
  }

  /// A number that may be unsure.
  ///
  /// - Parameters:
  ///   - name: what tables call it.
  ///   - unit: what one unit of a written number is in the unit of use; a prior and an estimate in `sd` have
  ///     their own, which is that of the outcome.
  mutating func value(
    _ spec: ParameterSpec, _ name: String, unit: Double = 1
  ) throws(ScenarioError) -> ParameterValue {
    let value: ParameterValue
    switch spec.origin {
    case .number(let number): return ParameterValue(number * unit)
    case .prior(let text):
      guard let prior = priors[text.text] else {
        throw .unknownPrior(text.text, known: priors.priors.map(\.name))
      }
      let factor = parameters.position(
        of: "prior \(prior.name)", dimensions: 1, prior.label, "\(prior.spread)")
      value = ParameterValue(
        prior.spread, factor: factor, scale: prior.unit == "sd" ? sd : 1, source: prior.label)
    case .spread(let spread, let source):
      let factor = parameters.position(of: name, dimensions: 1, source, "\(spread)")
      value = ParameterValue(spread, factor: factor, scale: unit, source: source)
    case .carried(let step, let term):
      guard let estimate = estimates[step.text] else { throw .noEstimate(step: step.text) }
      value = try carried(estimate, step: step.text, term: term)
    }
    parameters.note(name, value)
    return value
  }

  /// A coefficient of a fitted step, which varies together with the others of the step.
  mutating func carried(
    _ carried: CarriedEstimate, step: String, term: String?
  ) throws(ScenarioError) -> ParameterValue {
    let effect = try CarriedEffect(
      carried, step: step, term: term, share: YearProfile([(1, 1)]), unit: 1)
    let factor = parameters.position(
      of: "step \(step)", dimensions: effect.dimensions, .estimate,
      "estimates of step \(step) with their covariance")
    return ParameterValue(
      estimate: effect.estimate, loadings: effect.factor, factor: factor,
      scale: carried.unit == "sd" ? sd : 1)
  }

  /// Notes a number that may be drawn.
  mutating func note(_ name: String, _ value: ParameterValue) { parameters.note(name, value) }

  /// Groups of schools by a column, or as an earlier step has left them; groups of one are left out.
  func schoolGroups(_ source: GroupSource) throws(ScenarioError) -> [[Int32]] {
    let codes: [Int32]
    switch source {
    case .step(let step):
      guard let groups = groups[step.text] else { throw .noGroups(step: step.text) }
      guard groups.table == actors.table else {
        throw .groupsOfOtherTable(step: step.text, table: groups.table, actors: actors.table)
      }
      codes = groups.groups
    case .column(let column): codes = try actors.groups(column.text)
    }
    var lists = [[Int32]](repeating: [], count: Int((codes.max() ?? -1) + 1))
    for (school, code) in codes.enumerated() where code >= 0 {
      lists[Int(code)].append(Int32(school))
    }
    return lists.filter { $0.count > 1 }
  }
}

/// A grouping of the rows of a table, as a step leaves it for others.
public struct SchoolGroups: Sendable, Codable, Hashable {
  public let table: String
  /// Of each row, from 0; −1 for none.
  public let groups: [Int32]

  public init(table: String, groups: [Int32]) {
    self.table = table
    self.groups = groups
  }
}
