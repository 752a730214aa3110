internal import Probability

/// One side proposes, the other confirms (M.1): the actor chooses by its own utilities; a new tie also needs
/// the other's yes, of probability *l*(*h_ji* + offset) with *l*(*a*) = 1 / (1 + e⁻ᵃ). Either side can end a tie.
public struct InitiativeAndConfirmation: InitiativeRule {
  /// Added to the confirming side's utility, usually 0 to 3.
  public let offset: Double

  public init(offset: Double = 0) { self.offset = offset }

  public func confirmation(creating: Bool, alter: Double) -> Double {
    creating ? PortableMath.logistic(alter + offset) : 1
  }
}
