internal import Probability

/// The first of the ordered pair decides for both (D.2): *l*(*h_ij*).
public struct Dictation: MeetingRule {
  public init() {}

  public func probability(creating: Bool, ego: Double, alter: Double) -> Double {
    PortableMath.logistic(ego)
  }
}

/// A tie needs both (M.2): it is made with *l*(*h_ij*) *l*(*h_ji*) and ends with
/// 1 − (1 − *l*(*h_ij*)) (1 − *l*(*h_ji*)).
public struct Conjunction: MeetingRule {
  public init() {}

  public func probability(creating: Bool, ego: Double, alter: Double) -> Double {
    let (a, b) = (PortableMath.logistic(ego), PortableMath.logistic(alter))
    return creating ? a * b : a + b - a * b
  }
}

/// One side is enough: a tie is made with 1 − (1 − *l*(*h_ij*)) (1 − *l*(*h_ji*)) and ends with
/// *l*(*h_ij*) *l*(*h_ji*).
public struct Disjunction: MeetingRule {
  public init() {}

  public func probability(creating: Bool, ego: Double, alter: Double) -> Double {
    let (a, b) = (PortableMath.logistic(ego), PortableMath.logistic(alter))
    return creating ? a + b - a * b : a * b
  }
}

/// One side's gain makes up for the other's loss (C.2): *l*(*h_ij* + *h_ji*).
public struct Compensation: MeetingRule {
  public init() {}

  public func probability(creating: Bool, ego: Double, alter: Double) -> Double {
    PortableMath.logistic(ego + alter)
  }
}
