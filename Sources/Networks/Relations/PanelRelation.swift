extension PanelModel {
  /// A relation among the actors: how its ties form.
  public struct Relation: Sendable {
    public let name: String
    public let isDirected: Bool
    /// What an undirected tie takes; a directed tie is its sender's alone.
    public let consent: Consent
    public let terms: [NetworkTerm]
    /// What makes some actors have more opportunities than others.
    public let rateTerms: [(name: String, effect: any RateEffect)]
    /// No actor makes a tie beyond so many.
    public let maximumDegree: Int?

    public init(
      _ name: String, directed: Bool, consent: Consent = .initiative(Imposition()),
      terms: [NetworkTerm], rateTerms: [(name: String, effect: any RateEffect)] = [],
      maximumDegree: Int? = nil
    ) {
      self.name = name
      isDirected = directed
      self.consent = consent
      self.terms = terms
      self.rateTerms = rateTerms
      self.maximumDegree = maximumDegree
    }

    /// Whether ties are decided by pairs that meet.
    var meets: Bool {
      if !isDirected, case .meeting = consent { return true }
      return false
    }
  }
}
