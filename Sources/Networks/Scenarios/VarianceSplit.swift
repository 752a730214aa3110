public import Tables

/// The variance of replicates divided into that between draws of the parameters and that of chance within them.
///
/// With *m* replicates a draw, chance has the mean square within draws, parameters (mean square between − mean
/// square within) / *m*, which is taken as zero where it falls below.
struct VarianceSplit: Sendable, Hashable {
  let parameters: Double
  let chance: Double

  /// - Parameter draws: of each value, ascending.
  init(_ values: [Double], draws: [Int]) {
    var groups: [[Double]] = []
    for (k, value) in values.enumerated() {
      if k > 0, draws[k] == draws[k - 1] {
        groups[groups.count - 1].append(value)
      } else {
        groups.append([value])
      }
    }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    var (between, within, sizes) = (0.0, 0.0, 0.0)
    for group in groups {
      let size = Double(group.count)
      let own = group.reduce(0, +) / size
      between += size * (own - mean) * (own - mean)
      within += group.reduce(0) { $0 + ($1 - own) * ($1 - own) }
      sizes += size * size
    }
    let drawCount = Double(groups.count)
    guard drawCount > 1, count > drawCount else {
      (parameters, chance) = (.nan, .nan)
      return
    }
    let chance = within / (count - drawCount)
    let size = (count - sizes / count) / (drawCount - 1)
    self.chance = chance
    parameters = max(0, (between / (drawCount - 1) - chance) / size)
  }
}

/// A row of `variance`.
public struct VarianceRow: TidyRow {
  let policy: String
  let against: String
  let outcome: String
  let time: Int
  let split: VarianceSplit

  public static let schema = [
    Field("policy", "The policy's name in the study."),
    Field("against", "The policy it is compared with."),
    Field("outcome", "What is reported, as the study writes it."),
    Field("time", unit: "year", "Years since the start."),
    Field(
      "sd_parameters", "Standard deviation of the contrast by what is unknown of the parameters."),
    Field("sd_chance", "Standard deviation of the contrast by chance, with the parameters known."),
    Field("share_parameters", "The share of the variance that is due to the parameters."),
  ]

  public var cells: [Cell] {
    let total = split.parameters + split.chance
    return [
      .text(policy), .text(against), .text(outcome), .count(time),
      .number(split.parameters.squareRoot()), .number(split.chance.squareRoot()),
      total > 0 ? .number(split.parameters / total) : .missing,
    ]
  }
}

/// A row of `unknowns`: a number that was drawn, and where it comes from.
public struct UnknownRow: TidyRow {
  let name: String
  let value: ParameterValue
  let factor: ParameterSet.Factor?

  init(name: String, value: ParameterValue, of parameters: ParameterSet) {
    self.name = name
    self.value = value
    factor = value.factor.flatMap {
      $0 < parameters.factors.count ? parameters.factors[$0] : nil
    }
  }

  public static let schema = [
    Field("parameter", "What is unknown, by its place in the study."),
    Field("source", "estimate, evidence or assumption."),
    Field("middle", "Its value in the middle, in the unit of use."),
    Field("factor", "What it is drawn from; parameters of one factor vary together."),
    Field("distribution", "How the factor is distributed, as it was given."),
  ]

  public var cells: [Cell] {
    [
      .text(name), .text(value.source.rawValue), .number(value.middle),
      .optional(factor?.name), .optional(factor?.meaning),
    ]
  }
}

/// A row of `runaways`: a replicate that was stopped.
public struct RunawayRow: TidyRow {
  let runaway: Runaway

  init(_ runaway: Runaway) { self.runaway = runaway }

  public static let schema = [
    Field("replicate", "The replicate's number from 1, for `replay`."),
    Field("policy", "Under which policy partnerships ran away."),
    Field("time", unit: "year", "In which model year."),
    Field("partners", "Mean number of partners a school by then."),
  ]

  public var cells: [Cell] {
    [
      .count(Int(runaway.replicate) + 1), .text(runaway.policy), .count(runaway.year),
      .number(runaway.meanDegree),
    ]
  }
}
