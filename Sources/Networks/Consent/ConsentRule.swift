/// Who must agree before an undirected tie is made or ended, and on what occasion.
public enum Consent: Sendable {
  /// Each actor has opportunities at its own rate ρ and chooses among all alters and no change.
  case initiative(any InitiativeRule)
  /// Each ordered pair meets at rate ρ_i ρ_j, so each unordered pair at twice that, and decides.
  case meeting(any MeetingRule)
}

/// What the other side has to say once an actor has chosen.
public protocol InitiativeRule: Sendable {
  /// The probability that the chosen toggle happens.
  ///
  /// - Parameters:
  ///   - creating: whether there is no tie yet.
  ///   - alter: *h_ji*, what the toggle is worth to the one that was chosen.
  func confirmation(creating: Bool, alter: Double) -> Double

  /// The derivative of ``confirmation(creating:alter:)`` by *h_ji*.
  func slope(creating: Bool, alter: Double) -> Double
}

/// What a pair does when it meets.
public protocol MeetingRule: Sendable {
  /// The probability that the tie of the pair is toggled.
  ///
  /// - Parameters:
  ///   - creating: whether there is no tie yet.
  ///   - ego: *h_ij*, what the toggle is worth to the first of the ordered pair.
  ///   - alter: *h_ji*, what it is worth to the second.
  func probability(creating: Bool, ego: Double, alter: Double) -> Double

  /// The derivatives of ``probability(creating:ego:alter:)`` by *h_ij* and *h_ji*.
  func slopes(creating: Bool, ego: Double, alter: Double) -> (ego: Double, alter: Double)
}
