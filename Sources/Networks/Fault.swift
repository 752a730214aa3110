/// Who can put right what keeps a step from its result.
public enum Fault: Sendable, Hashable {
  /// The study asks for what there is not.
  case study
  /// The data are wrong or lack something.
  case data
  /// Study and data are in order, and the model has no result for them.
  case model
}

extension ScenarioError {
  public var fault: Fault {
    switch self {
    case .unknownTable, .unknownColumn, .rule, .noLocations, .directedEffect, .otherRelation,
      .presentGroups,
      .noEstimate, .noRate, .unknownTerm, .termNotNamed, .unknownPrior, .priceYears, .noGroups,
      .noValueOfSD, .groupsOfOtherTable, .unknownKind:
      .study
    case .notNumeric, .missingValues, .missingLocations, .mixedPlaces, .placeCount, .tooFewActors,
      .negativeWeight, .behaviourValue, .duplicateActor, .unknownActors, .selfTie, .tieValue,
      .brokenRule,
      .noSpreadOfOutcome, .tooFewForFifths, .badPrior, .groupTwice:
      .data
    case .covarianceShape, .covarianceNotPositive, .runaway, .runawayRelation, .families: .model
    }
  }
}

extension SummaryProblem {
  public var fault: Fault {
    switch self {
    case .data(let problem): problem.fault
    case .nothingUnknown, .tooFewSummaries: .study
    case .priorsRunAway: .model
    }
  }
}

extension FormationError {
  public var fault: Fault {
    switch self {
    case .data(let problem): problem.fault
    case .tooFewWaves, .constraintCount, .tooFewReplicates, .conditionalBehaviour,
      .conditionalRelations, .notTieSum:
      .study
    case .otherActors, .otherKind, .notWhole, .neverPresent, .absentWithTies, .brokenRule: .data
    case .noChange, .noChoice, .atEdge, .constant, .collinear, .runaway: .model
    }
  }
}
