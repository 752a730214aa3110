/// The mean trust of ties.
public struct MeanTrust: Measure {
  public init() {}

  public var name: String { "trust" }
  public var groups: [String] { ["all"] }

  public func values(_ state: ScenarioState) -> [Double] {
    [state.meanTrust.isNaN ? 0 : state.meanTrust]
  }
}
