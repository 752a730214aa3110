public import Probability
public import Tables

/// A `power` step of a study: what a design can find, by formula and by simulation.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | design | | | sizes, variances, covariates |
/// | effect | none | not 0 | in standard deviations of the outcome |
/// | rates | none | (0, 1) | a binary outcome's rates instead of an effect |
/// | target | 0.8 | (0, 1) | the power that is asked for |
/// | significance | 0.05 | (0, 1) | of the two-sided test |
/// | replicates | none | ≥ 2 | how many trials are simulated |
public struct PowerStep: Sendable {
  public let design: TrialDesign
  public let effect: Double?
  public let rates: BinaryOutcome?
  public let target: Double
  public let significance: Double
  public let replicates: Int?

  public init(
    design: TrialDesign, effect: Double? = nil, rates: BinaryOutcome? = nil, target: Double = 0.8,
    significance: Double = 0.05, replicates: Int? = nil
  ) {
    self.design = design
    self.effect = effect
    self.rates = rates
    self.target = target
    self.significance = significance
    self.replicates = replicates
  }

  /// What a run of the step leaves.
  public struct Result: Sendable {
    public let power: PowerRow
    public let simulated: SimulatedPower?
    /// `power`, `power_curve`, and `power_simulated` where replicates are asked for.
    public let tables: [TidyTable]
    public let diagnostics: [Diagnostic]
  }

  /// The effect in standard deviations.
  public var standardisedEffect: Double? { rates?.effect ?? effect }

  /// - Throws: ``PowerError`` where the design cannot test anything, or not be simulated.
  public func run(seed: Seed, threads: Int = 1) throws(PowerError) -> Result {
    let degrees = design.degreesOfFreedom
    guard degrees > 0,
      let detectable = design.minimumDetectable(power: target, significance: significance),
      let multiplier = design.minimumDetectableByMultiplier(
        power: target, significance: significance)
    else { throw .noDegreesOfFreedom(degrees) }
    let effect = standardisedEffect
    let row = PowerRow(
      kind: design.kind, groups: design.total(0), rows: design.total(design.levels.count - 1),
      standardError: design.standardError, degreesOfFreedom: degrees, effect: effect,
      power: effect.flatMap { design.power(effect: $0, significance: significance) },
      minimumDetectable: detectable, multiplierDetectable: multiplier,
      requiredGroups: effect.flatMap {
        design.requiredGroups(effect: $0, power: target, significance: significance)
      },
      detectableRate: rates.flatMap {
        BinaryOutcome.detectableRate(comparison: $0.comparison, effect: detectable)
      })
    var tables = [
      TidyTable("power", [row]), TidyTable("power_curve", curve(effect ?? detectable)),
    ]
    var simulated: SimulatedPower?
    if let replicates {
      let found = try design.simulatedPower(
        effect: effect ?? detectable, significance: significance, replicates: replicates,
        seed: seed["power"], threads: threads)
      tables.append(TidyTable("power_simulated", [SimulatedPowerRow(found)]))
      simulated = found
    }
    return Result(
      power: row, simulated: simulated, tables: tables,
      diagnostics: doubts(row, simulated))
  }

  /// Power and minimum detectable effect with half to twice as many groups at the top.
  private func curve(_ effect: Double) -> [PowerCurveRow] {
    let step = design.kind == .pairs ? 2 : 1
    var counts: [Int] = []
    for share in [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] {
      let count = Int((design.levels[0].count * share / Double(step)).rounded()) * step
      if count > 0, counts.last != count { counts.append(count) }
    }
    return counts.map { count in
      let other = design.with(top: Double(count))
      return PowerCurveRow(
        groups: count, effect: effect,
        power: other.power(effect: effect, significance: significance),
        minimumDetectable: other.minimumDetectable(power: target, significance: significance))
    }
  }

  private func doubts(_ row: PowerRow, _ simulated: SimulatedPower?) -> [Diagnostic] {
    var result: [Diagnostic] = []
    func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }
    if let power = row.power, power < target {
      result.append(
        Diagnostic(
          .warning, code: "underpowered",
          "The design finds the effect with a power of \(percent(power)), below the "
            + "\(percent(target)) asked for"
            + (row.requiredGroups.map { ": it needs \($0) `\(design.levels[0].name)`." }
              ?? ", and no number of groups would do.")))
    }
    if row.degreesOfFreedom < 10 {
      result.append(
        Diagnostic(
          .warning, code: "few-degrees-of-freedom",
          "\(row.degreesOfFreedom) degrees of freedom only: power depends much on the intraclass "
            + "correlation being as declared."))
    }
    if let simulated {
      if let power = row.power, abs(simulated.power - power) > 4 * max(simulated.powerError, 0.002),
        abs(simulated.power - power) > 0.03
      {
        result.append(
          Diagnostic(
            .warning, code: "simulation-differs",
            "Simulated power is \(percent(simulated.power)), by formula \(percent(power)): trust the "
              + "simulation, and look at its share of singular fits."))
      }
      if abs(simulated.coverage - (1 - significance)) > 4 * max(simulated.coverageError, 0.002),
        simulated.coverage < 1 - significance
      {
        result.append(
          Diagnostic(
            .warning, code: "undercoverage",
            "Intervals hold the true effect in \(percent(simulated.coverage)) of simulated trials only."
          ))
      }
      if simulated.failed > 0 {
        result.append(
          Diagnostic(
            .warning, code: "failed-replicates",
            "\(simulated.failed) of \(simulated.replicates) simulated trials could not be fitted and are "
              + "left out."))
      }
    }
    return result
  }
}
