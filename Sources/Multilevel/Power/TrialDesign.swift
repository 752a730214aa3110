/// Who is assigned in a trial, or in a comparison that is analysed like one.
public enum AssignmentKind: String, Sendable, Hashable, CaseIterable {
  /// Whole groups of the top level are treated or not.
  case clusters
  /// Units of the level below the top are treated or not within each group of the top level.
  case multisite
  /// Groups of the top level stand in pairs, one treated in each.
  case pairs
}

/// One level of a design, from the top down; the last is that of the rows.
public struct DesignLevel: Sendable, Hashable {
  public let name: String
  /// How many units there are in a unit of the level above; in all, at the top.
  public let count: Double
  /// The share of the outcome's variance at this level.
  public let icc: Double
  /// The share of this level's variance that covariates explain.
  public let explained: Double
  /// The share of units that leave before the outcome is measured.
  public let attrition: Double
  /// The variance of the effect between units of this level, as a share of the level's variance; for levels
  /// within which units are assigned.
  public let heterogeneity: Double
  /// The share of the effect's variance that covariates explain.
  public let explainedEffect: Double

  public init(
    name: String, count: Double, icc: Double, explained: Double = 0, attrition: Double = 0,
    heterogeneity: Double = 0, explainedEffect: Double = 0
  ) {
    self.name = name
    self.count = count
    self.icc = icc
    self.explained = explained
    self.attrition = attrition
    self.heterogeneity = heterogeneity
    self.explainedEffect = explainedEffect
  }

  /// Units that are still there at the end.
  public var remaining: Double { count * (1 - attrition) }

  func with(count: Double) -> DesignLevel {
    DesignLevel(
      name: name, count: count, icc: icc, explained: explained, attrition: attrition,
      heterogeneity: heterogeneity, explainedEffect: explainedEffect)
  }
}

/// A two- or three-level design, from whose sizes, variances and covariates the standard error of an effect in
/// standard deviations of the outcome follows.
///
/// With *P* the share treated, units N₁ at the top and so on down, ρ the variance shares and R² what covariates
/// explain of each, every level below or at that of assignment adds ρ(1 − R²) / (*P*(1 − *P*)·units in all) to
/// the variance, and every level above it adds ρω(1 − R²ₜ) / units where its groups are a sample, ω being the
/// effect's variance between them relative to ρ, and nothing where they are fixed. Degrees of freedom count the
/// units at the level that limits the test.
///
/// Dong & Maynard (2013), doi:10.1080/19345747.2012.673143, models CRA2_2, CRA3_3, BIRA2_1r, BIRA2_1f, BCRA3_2r,
/// BCRA3_2f; Bloom, Richburg-Hayes & Black (2007), doi:10.3102/0162373707299550; pairs: Raudenbush, Martinez &
/// Spybrook (2007), doi:10.3102/0162373707299460.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | levels | | 2 or 3 | from the top down |
/// | kind | | | who is assigned |
/// | treated | 0.5 | (0, 1) | the share of assigned units that is treated; half in pairs |
/// | covariates | 0 | ≥ 0 | how many covariates cost degrees of freedom at the level that limits the test |
/// | fixedSites | false | | multisite: the groups at the top are all there are |
/// | pairing | 0 | [0, 1) | pairs: the share of the clusters' variance that pairing explains |
public struct TrialDesign: Sendable, Hashable {
  public let kind: AssignmentKind
  public let levels: [DesignLevel]
  public let treated: Double
  public let covariates: Int
  public let fixedSites: Bool
  public let pairing: Double

  /// - Precondition: two or three levels.
  public init(
    _ kind: AssignmentKind, levels: [DesignLevel], treated: Double = 0.5, covariates: Int = 0,
    fixedSites: Bool = false, pairing: Double = 0
  ) {
    precondition(levels.count == 2 || levels.count == 3, "\(levels.count) levels")
    self.kind = kind
    self.levels = levels
    self.treated = kind == .pairs ? 0.5 : treated
    self.covariates = covariates
    self.fixedSites = fixedSites
    self.pairing = pairing
  }

  /// The position in ``levels`` of the units that are assigned.
  public var assigned: Int { kind == .multisite ? 1 : 0 }

  /// Units of a level in the whole design, after attrition.
  public func total(_ level: Int) -> Double {
    levels[0...level].reduce(1) { $0 * $1.remaining }
  }

  /// The variance of the estimated effect in units of the outcome's variance.
  public var errorVariance: Double {
    let contrast = treated * (1 - treated)
    var sum = 0.0
    for (position, level) in levels.enumerated() {
      if position >= assigned {
        let paired = kind == .pairs && position == 0 ? 1 - pairing : 1
        sum += level.icc * (1 - level.explained) * paired / (contrast * total(position))
      } else if !fixedSites {
        sum +=
          level.icc * level.heterogeneity * (1 - level.explainedEffect) / total(position)
      }
    }
    return sum
  }

  /// The standard error of the effect in standard deviations of the outcome.
  public var standardError: Double { errorVariance.squareRoot() }

  /// Of the test of the effect; it may be zero or less where there are too few units.
  public var degreesOfFreedom: Double {
    let g = Double(covariates)
    switch kind {
    case .clusters: return total(0) - g - 2
    case .pairs: return total(0) / 2 - g - 1
    case .multisite where fixedSites:
      // BIRA2_1f: J(n − 2) − g; BCRA3_2f: K(J − 2) − g.
      return total(0) * (levels[1].remaining - 2) - g
    case .multisite: return total(0) - g - 1
    }
  }

  /// The same design with another number of groups at the top.
  public func with(top count: Double) -> TrialDesign {
    TrialDesign(
      kind, levels: [levels[0].with(count: count)] + levels.dropFirst(), treated: treated,
      covariates: covariates, fixedSites: fixedSites, pairing: pairing)
  }

  /// The probability of finding an effect; `nil` where the design leaves no degrees of freedom.
  public func power(effect: Double, significance: Double = 0.05) -> Double? {
    guard degreesOfFreedom > 0 else { return nil }
    return TestPower(degreesOfFreedom: degreesOfFreedom, significance: significance)
      .power(ratio: effect / standardError)
  }

  /// The smallest effect, in standard deviations of the outcome, that is found with the given power.
  public func minimumDetectable(power: Double = 0.8, significance: Double = 0.05) -> Double? {
    guard degreesOfFreedom > 0 else { return nil }
    return TestPower(degreesOfFreedom: degreesOfFreedom, significance: significance)
      .detectableRatio(power: power) * standardError
  }

  /// The same by Bloom's multiplier, as PowerUp! and most protocols give it.
  public func minimumDetectableByMultiplier(
    power: Double = 0.8, significance: Double = 0.05
  ) -> Double? {
    guard degreesOfFreedom > 0 else { return nil }
    return TestPower(degreesOfFreedom: degreesOfFreedom, significance: significance)
      .multiplier(power: power) * standardError
  }

  /// The smallest number of groups at the top, before attrition, with which the effect is found with the given
  /// power; a whole number of pairs where they are paired; `nil` where a million do not do.
  public func requiredGroups(
    effect: Double, power: Double = 0.8, significance: Double = 0.05
  ) -> Int? {
    let step = kind == .pairs ? 2 : 1
    func suffices(_ steps: Int) -> Bool {
      (with(top: Double(steps * step)).power(effect: effect, significance: significance) ?? 0)
        >= power
    }
    var high = 1
    while !suffices(high) {
      high *= 2
      guard high * step <= 1 << 20 else { return nil }
    }
    var low = high / 2
    while high - low > 1 {
      let middle = (low + high) / 2
      if suffices(middle) { high = middle } else { low = middle }
    }
    return high * step
  }
}
