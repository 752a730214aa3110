/// One side decides for both (D.1): what the actor chooses happens.
public struct Imposition: InitiativeRule {
  public init() {}

  public func confirmation(creating: Bool, alter: Double) -> Double { 1 }
}
