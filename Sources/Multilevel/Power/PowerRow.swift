public import Tables

/// The row of `power`.
public struct PowerRow: TidyRow, Hashable {
  public let kind: AssignmentKind
  public let groups: Double
  public let rows: Double
  public let standardError: Double
  public let degreesOfFreedom: Double
  public let effect: Double?
  public let power: Double?
  public let minimumDetectable: Double
  public let multiplierDetectable: Double
  public let requiredGroups: Int?
  public let detectableRate: Double?

  public static let schema = [
    Field("design", "Who is assigned: clusters, multisite or pairs."),
    Field("groups", unit: "groups", "Groups at the top after attrition."),
    Field("rows", unit: "rows", "Rows after attrition."),
    Field("std_error", unit: "sd", "Standard error of the effect."),
    Field("df", "Degrees of freedom of its test."),
    Field("effect", unit: "sd", "The effect asked about; missing where none is."),
    Field("power", "The probability of finding it."),
    Field("mdes", unit: "sd", "The smallest effect that is found with the power asked for."),
    Field(
      "mdes_multiplier", unit: "sd", "The same by Bloom's multiplier, as PowerUp! gives it."),
    Field(
      "required_groups", unit: "groups",
      "Groups at the top, before attrition, with which the effect is found with the power asked for."
    ),
    Field("detectable_rate", "The treated's rate at the minimum detectable effect."),
  ]

  public var cells: [Cell] {
    [
      .text(kind.rawValue), .number(groups), .number(rows), .number(standardError),
      .number(degreesOfFreedom), .optional(effect), .optional(power), .number(minimumDetectable),
      .number(multiplierDetectable), .optional(requiredGroups), .optional(detectableRate),
    ]
  }
}

/// A row of `power_curve`.
public struct PowerCurveRow: TidyRow, Hashable {
  public let groups: Int
  public let effect: Double
  public let power: Double?
  public let minimumDetectable: Double?

  public static let schema = [
    Field("groups", unit: "groups", "Groups at the top, before attrition."),
    Field("effect", unit: "sd", "The effect asked about; without one, the design's own mdes."),
    Field("power", "The probability of finding it."),
    Field("mdes", unit: "sd", "The smallest effect that is found with the power asked for."),
  ]

  public var cells: [Cell] {
    [.count(groups), .number(effect), .optional(power), .optional(minimumDetectable)]
  }
}

/// The row of `power_simulated`.
public struct SimulatedPowerRow: TidyRow, Hashable {
  public let simulated: SimulatedPower

  public init(_ simulated: SimulatedPower) { self.simulated = simulated }

  public static let schema = [
    Field("effect", unit: "sd", "The true effect."),
    Field("replicates", "Simulated trials."),
    Field("failed", "Of them without an estimate, and left out."),
    Field("power", "The share of trials that find the effect."),
    Field("power_error", "Its Monte Carlo standard error."),
    Field("bias", unit: "sd", "Mean estimate less the true effect."),
    Field("bias_error", unit: "sd", "Its Monte Carlo standard error."),
    Field("coverage", "The share of intervals that hold the true effect."),
    Field("coverage_error", "Its Monte Carlo standard error."),
    Field("mean_std_error", unit: "sd", "Mean of the standard errors."),
    Field("sd_estimates", unit: "sd", "Standard deviation of the estimates."),
    Field("mean_df", "Mean of Satterthwaite's degrees of freedom."),
    Field("singular", "The share of fits with a variance of zero."),
  ]

  public var cells: [Cell] {
    [
      .number(simulated.effect), .count(simulated.replicates), .count(simulated.failed),
      .number(simulated.power), .number(simulated.powerError), .number(simulated.bias),
      .number(simulated.biasError), .number(simulated.coverage),
      .number(simulated.coverageError), .number(simulated.meanStandardError),
      .number(simulated.deviation), .number(simulated.meanDegreesOfFreedom),
      .number(simulated.singularShare),
    ]
  }
}
