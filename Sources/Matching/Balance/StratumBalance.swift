public import Tables

/// Balance inside one exact stratum, or one stratum that the method made, after matching.
public struct StratumBalanceRow: TidyRow, Hashable {
  public let stratum: String
  public let treated: Int
  public let comparators: Int
  public let covariate: String
  public let level: String?
  public let meanTreated: Double
  public let meanControl: Double
  /// Over the same standard deviation as in the table of the whole: that of the unmatched focal arm.
  public let standardisedDifference: Double

  public static let schema = [
    Field("stratum", "values of the exact columns, or the number of the stratum"),
    Field("treated", "treated units of the sample in it"),
    Field("comparators", "comparators of the sample in it"),
    Field("covariate", "the covariate; `propensity` is the fitted score"),
    Field("level", "the level of a factor"),
    Field("mean_treated", "weighted mean of the treated"),
    Field("mean_control", "weighted mean of the comparators"),
    Field(
      "smd", unit: "sd",
      "difference of the means over the standard deviation of the whole table `balance`"),
  ]

  public var cells: [Cell] {
    [
      .text(stratum), .count(treated), .count(comparators), .text(covariate), .optional(level),
      .number(meanTreated), .number(meanControl), .number(standardisedDifference),
    ]
  }
}

extension MatchOutcome {
  /// Balance stratum by stratum; empty where there are no strata.
  public var stratumBalance: [StratumBalanceRow] {
    let names: [String]
    let codes: [Int32]
    if !candidates.exact.isEmpty {
      let strata = candidates.strata
      var found = [String](repeating: "", count: Int(strata.max() ?? -1) + 1)
      for unit in strata.indices where found[Int(strata[unit])].isEmpty {
        found[Int(strata[unit])] = candidates.exact.map { $0.text(unit) }.joined(separator: " × ")
      }
      (names, codes) = (found, strata)
    } else if sample.grouping == .strata {
      names = (0...Int(max(0, sample.sets.max() ?? 0))).map { "\($0 + 1)" }
      codes = sample.sets
    } else {
      return []
    }
    let units = complete
    let treated = units.map { candidates.treated[$0] }
    var variables: [(name: String, level: String?, values: [Double])] = []
    if let score { variables.append((BalanceTable.scoreName, nil, units.map { score[$0] })) }
    for covariate in candidates.covariates {
      for indicator in covariate.indicators(for: units) {
        variables.append((covariate.name, indicator.level, indicator.values))
      }
    }
    let comparisons = variables.map {
      ArmComparison($0.values, treated: treated, estimand: estimand)
    }
    var members = [[Int]](repeating: [], count: names.count)
    for (position, unit) in units.enumerated() where sample.isUsed(unit) && codes[unit] >= 0 {
      members[Int(codes[unit])].append(position)
    }
    var rows: [StratumBalanceRow] = []
    for (stratum, positions) in members.enumerated() where !positions.isEmpty {
      for (variable, comparison) in zip(variables, comparisons) {
        let means = [true, false].map { arm in
          var sum = 0.0
          var total = 0.0
          for position in positions where treated[position] == arm {
            let weight = sample.weights[units[position]]
            sum += weight * variable.values[position]
            total += weight
          }
          return sum / total
        }
        let difference = means[0] - means[1]
        rows.append(
          StratumBalanceRow(
            stratum: names[stratum], treated: positions.count { treated[$0] },
            comparators: positions.count { !treated[$0] }, covariate: variable.name,
            level: variable.level, meanTreated: means[0], meanControl: means[1],
            standardisedDifference: difference == 0 ? 0 : difference / comparison.denominator))
      }
    }
    return rows
  }
}

extension Covariate {
  /// A unit's value in words.
  func text(_ unit: Int) -> String {
    switch values {
    case .numbers(let numbers):
      Int(exactly: numbers[unit]).map { "\($0)" } ?? "\(numbers[unit])"
    case .factor(let codes, let levels): codes[unit] < 0 ? "" : levels[Int(codes[unit])]
    }
  }
}
