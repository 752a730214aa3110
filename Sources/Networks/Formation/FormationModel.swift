/// How ties form and end: opportunities at a rate, a choice by the actor, the other side's consent.
///
/// At an opportunity actor *i* chooses one alter *j*, or no change, with probability proportional to
/// exp(*h_ij*), *h_ii* = 0: *h_ij* = Σ_k β_k *s_ij,k* for a tie that does not exist, over effects on evaluation and on
/// creation, and the negative of the sum over effects on evaluation and on endowment for one that does. Snijders (2001), doi:10.1111/0081-1750.00099; for undirected ties Snijders & Pickup (2017),
/// doi:10.1093/oxfordhb/9780190228217.013.10.
public struct FormationModel: Sendable {
  /// ρ: opportunities per actor and year; where pairs meet, √ of meetings per ordered pair and year.
  public let rate: Double
  public let effects: [WeightedEffect]
  /// What an undirected tie takes; a directed tie is its sender's alone.
  public let consent: Consent
  /// What makes some actors have more opportunities than others, with its parameters.
  public let rateTerms: [(effect: any RateEffect, weight: Double)]
  public let limits: FormationLimits

  public init(
    rate: Double, effects: [WeightedEffect],
    consent: Consent = .initiative(InitiativeAndConfirmation()),
    rateTerms: [(effect: any RateEffect, weight: Double)] = [], limits: FormationLimits = .none
  ) {
    self.rate = rate
    self.effects = effects
    self.consent = consent
    self.rateTerms = rateTerms
    self.limits = limits
  }
}
