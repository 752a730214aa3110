/// A problem that either lies in the data or in what is asked of them.
public protocol DataFault: Error {
  /// Whether other data would make it go away, and nothing else needs to change.
  var isOfData: Bool { get }
}

extension ScenarioError: DataFault {
  public var isOfData: Bool {
    switch self {
    case .rule, .directedEffect, .noEstimate, .unknownTerm, .termNotNamed, .covarianceShape,
      .covarianceNotPositive, .runaway, .unknownPrior, .priceYears, .noGroups, .families,
      .noValueOfSD, .groupsOfOtherTable:
      false
    default: true
    }
  }
}

extension FormationError: DataFault {
  public var isOfData: Bool {
    switch self {
    case .tooFewWaves, .tooFewReplicates, .constant, .collinear, .conditionalBehaviour, .notTieSum,
      .runaway:
      false
    case .data(let problem): problem.isOfData
    default: true
    }
  }
}

extension SummaryProblem: DataFault {
  public var isOfData: Bool {
    if case .data(let problem) = self { problem.isOfData } else { false }
  }
}
