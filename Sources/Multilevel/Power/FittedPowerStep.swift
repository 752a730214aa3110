public import Probability
public import StudyFiles
public import Tables

/// A `power` step about the design of a fitted model: its groups, covariates and variances with another effect.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | model | | a `multilevel` step | whose rows, groups and estimates are the design |
/// | coefficient | the model's effect | | `of` in the file |
/// | effect | the smallest detectable | above 0 | in standard deviations of the outcome without covariates |
/// | target | 0.8 | (0, 1) | the power that is asked for |
/// | significance | 0.05 | (0, 1) | of the two-sided test |
/// | replicates | 1000 | ≥ 2 | how many responses are simulated |
///
/// The effect is a declared one. Power at the estimate itself says nothing that its p-value does not
/// (Hoenig & Heisey 2001, doi:10.1198/000313001300339897).
public struct FittedPowerStep: Sendable {
  public let model: LocatedText
  public let coefficient: LocatedText?
  public let effect: Double?
  public let target: Double
  public let significance: Double
  public let replicates: Int

  public init(
    model: LocatedText, coefficient: LocatedText? = nil, effect: Double? = nil,
    target: Double = 0.8, significance: Double = 0.05, replicates: Int = 1_000
  ) {
    self.model = model
    self.coefficient = coefficient
    self.effect = effect
    self.target = target
    self.significance = significance
    self.replicates = replicates
  }

  /// What a run of the step leaves.
  public struct Result: Sendable {
    public let power: FittedPowerRow
    public let simulated: SimulatedPower
    /// `power`, `power_curve` and `power_simulated`.
    public let tables: [TidyTable]
    public let diagnostics: [Diagnostic]
  }

  /// - Parameters:
  ///   - model: what a run of the step ``model`` left.
  ///   - name: the coefficient.
  /// - Throws: ``PowerError``
  public func run(
    _ model: MultilevelStep.Result, of name: String, seed: Seed, threads: Int = 1
  ) throws(PowerError) -> Result {
    let fit = model.fit
    let deviation = (model.unconditional ?? fit).totalVariance.squareRoot()
    let test: CoefficientTest
    do throws(EstimationError) {
      test = try fit.tests(.satterthwaite)[try fit.position(of: name)]
    } catch { throw .estimation(error) }
    let error = test.standardError / deviation
    let law = TestPower(degreesOfFreedom: test.degreesOfFreedom, significance: significance)
    let detectable = law.detectableRatio(power: target) * error
    let effect = effect ?? detectable
    let simulated = try fit.simulatedPower(
      of: name, effect: effect, deviation: deviation, significance: significance,
      replicates: replicates, seed: seed["power"], threads: threads)
    let row = FittedPowerRow(
      term: name, rows: fit.rowCount, deviation: deviation, standardError: error,
      degreesOfFreedom: test.degreesOfFreedom, effect: effect,
      power: law.power(ratio: effect / error), minimumDetectable: detectable)
    let curve = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2].map {
      FittedPowerCurveRow(
        effect: $0 * detectable, power: law.power(ratio: $0 * detectable / error))
    }
    return Result(
      power: row, simulated: simulated,
      tables: [
        TidyTable("power", [row]), TidyTable("power_curve", curve),
        TidyTable("power_simulated", [SimulatedPowerRow(simulated)]),
      ], diagnostics: doubts(row, simulated))
  }

  private func doubts(_ row: FittedPowerRow, _ simulated: SimulatedPower) -> [Diagnostic] {
    var result: [Diagnostic] = []
    func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }
    if effect != nil, simulated.power < target {
      result.append(
        Diagnostic(
          .warning, code: "underpowered",
          "The design finds the effect with a power of \(percent(simulated.power)), below the "
            + "\(percent(target)) asked for."))
    }
    if abs(simulated.power - row.power) > max(0.03, 4 * simulated.powerError) {
      result.append(
        Diagnostic(
          .warning, code: "simulation-differs",
          "Simulated power is \(percent(simulated.power)), by formula \(percent(row.power)): trust the "
            + "simulation, and look at its share of singular fits."))
    }
    if simulated.failed > 0 {
      result.append(
        Diagnostic(
          .warning, code: "failed-replicates",
          "\(simulated.failed) of \(simulated.replicates) simulated responses could not be fitted and are "
            + "left out."))
    }
    return result
  }
}

/// The row of `power` where the design is that of a fitted model.
public struct FittedPowerRow: TidyRow, Hashable {
  public let term: String
  public let rows: Int
  public let deviation: Double
  public let standardError: Double
  public let degreesOfFreedom: Double
  public let effect: Double
  public let power: Double
  public let minimumDetectable: Double

  public static let schema = [
    Field("term", "The coefficient whose effect is asked about."),
    Field("rows", unit: "rows", "Rows of the model."),
    Field("sd", "Standard deviation of the outcome, of the model without covariates."),
    Field("std_error", unit: "sd", "Standard error of the effect."),
    Field("df", "Satterthwaite's degrees of freedom of its test."),
    Field("effect", unit: "sd", "The effect asked about; without one, the smallest detectable."),
    Field("power", "The probability of finding it, by formula."),
    Field("mdes", unit: "sd", "The smallest effect that is found with the power asked for."),
  ]

  public var cells: [Cell] {
    [
      .text(term), .count(rows), .number(deviation), .number(standardError),
      .number(degreesOfFreedom), .number(effect), .number(power), .number(minimumDetectable),
    ]
  }
}

/// A row of `power_curve` where the design is that of a fitted model.
public struct FittedPowerCurveRow: TidyRow, Hashable {
  public let effect: Double
  public let power: Double

  public static let schema = [
    Field("effect", unit: "sd", "A true effect."),
    Field("power", "The probability of finding it, by formula."),
  ]

  public var cells: [Cell] { [.number(effect), .number(power)] }
}
