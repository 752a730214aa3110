internal import Probability

// Derivatives of the rules' probabilities, which scores are made of.

extension Imposition {
  public func slope(creating: Bool, alter: Double) -> Double { 0 }
}

extension InitiativeAndConfirmation {
  public func slope(creating: Bool, alter: Double) -> Double {
    guard creating else { return 0 }
    let p = PortableMath.logistic(alter + offset)
    return p * (1 - p)
  }
}

extension Dictation {
  public func slopes(creating: Bool, ego: Double, alter: Double) -> (ego: Double, alter: Double) {
    let a = PortableMath.logistic(ego)
    return (a * (1 - a), 0)
  }
}

extension Conjunction {
  public func slopes(creating: Bool, ego: Double, alter: Double) -> (ego: Double, alter: Double) {
    creating ? slopesOfBoth(ego, alter) : slopesOfEither(ego, alter)
  }
}

extension Disjunction {
  public func slopes(creating: Bool, ego: Double, alter: Double) -> (ego: Double, alter: Double) {
    creating ? slopesOfEither(ego, alter) : slopesOfBoth(ego, alter)
  }
}

extension Compensation {
  public func slopes(creating: Bool, ego: Double, alter: Double) -> (ego: Double, alter: Double) {
    let p = PortableMath.logistic(ego + alter)
    return (p * (1 - p), p * (1 - p))
  }
}

/// Of *l*(*a*) *l*(*b*).
private func slopesOfBoth(_ ego: Double, _ alter: Double) -> (ego: Double, alter: Double) {
  let (a, b) = (PortableMath.logistic(ego), PortableMath.logistic(alter))
  return (a * (1 - a) * b, a * b * (1 - b))
}

/// Of 1 − (1 − *l*(*a*)) (1 − *l*(*b*)).
private func slopesOfEither(_ ego: Double, _ alter: Double) -> (ego: Double, alter: Double) {
  let (a, b) = (PortableMath.logistic(ego), PortableMath.logistic(alter))
  return (a * (1 - a) * (1 - b), b * (1 - b) * (1 - a))
}
