internal import Designs
public import StudyFiles

/// An action of a policy as a study writes it: `{support: {eligible: fsm > 30, raise: 1.0}}`.
public protocol PolicySpec: Choice {
  /// Its eligibility, years, cost and budget.
  var terms: PolicyTermsSpec { get }
  /// Numbers that may be drawn.
  var parameters: [ParameterSpec] { get }
  /// Rules besides `eligible`.
  var rules: [RuleText] { get }
  /// Columns of the actors.
  var columns: [LocatedText] { get }
  /// Steps whose groups it takes.
  var groupSteps: [LocatedText] { get }
  /// Whether the actors must have places.
  var needsLocations: Bool { get }
  /// The action among the given actors.
  func action(_ builder: inout ScenarioBuilder) throws(ScenarioError) -> any PolicyAction
}

extension PolicySpec {
  public var parameters: [ParameterSpec] { [] }
  public var rules: [RuleText] { [] }
  public var columns: [LocatedText] { [] }
  public var groupSteps: [LocatedText] { [] }
  public var needsLocations: Bool { false }

  /// Finds names that mean nothing among the actors or the priors.
  func problems(_ names: ScenarioNames) -> [SpecError] {
    ([terms.eligible].compactMap { $0 } + rules).compactMap { $0.problem(names) }
      + parameters.compactMap { $0.problem(among: names.priors) }
      + columns.compactMap {
        columnProblem($0, path: terms.path, in: names.data, actors: names.table)
      }
  }
}

extension Registry where Kind == any PolicySpec {
  /// All actions that policies can be made of, in the order in which they are documented.
  public static let policies = Registry(
    "policy",
    [
      Entry(SupportSpec.self) { $0 }, Entry(IncentiveSpec.self) { $0 },
      Entry(BrokerSpec.self) { $0 }, Entry(FederateSpec.self) { $0 },
      Entry(CompelSpec.self) { $0 }, Entry(HubSpec.self) { $0 },
      Entry(TrustGrowthSpec.self) { $0 }, Entry(ProgrammeSpec.self) { $0 },
      Entry(ShockSpec.self) { $0 }, Entry(RuleSpec.self) { $0 },
    ])
}

/// What names of a scenario can mean.
struct ScenarioNames: Sendable {
  let data: DataSet
  /// Of the actors.
  let table: String
  let priors: PriorTable
}

/// A rule about schools, with its place.
public struct RuleText: Sendable {
  public let text: LocatedText
  let rule: Expression
  let path: String
  /// Whether it may ask for the state of the world.
  let mayMove: Bool

  init(_ text: LocatedText, path: String, mayMove: Bool = true) throws(SpecErrors) {
    self.text = text
    self.path = path
    self.mayMove = mayMove
    rule = try expression(text, path: path)
  }

  func problem(_ names: ScenarioNames) -> SpecError? {
    let isMoving = NowTable.isUsed(in: rule)
    if isMoving, !mayMove {
      return SpecError(
        .rule("`now.…` cannot stand here: the choice is made before the simulation"), path: path,
        at: text.location)
    }
    let tables = RuleTables(data: names.data, table: names.table)
    do throws(ExpressionError) {
      _ = try rule.evaluateLogical(
        in: isMoving ? NowTable.beside(tables) : names.data, table: names.table)
    } catch {
      return SpecError(error, in: text, path: path)
    }
    return nil
  }
}
