/// Which treated units and controls may be paired.
///
/// | name | default | range | meaning |
/// |---|---|---|---|
/// | `caliper` | infinite | ≥ 0 | largest distance of a pair, to ten significant digits |
/// | strata | none | | pairs only within a stratum |
/// | `permits` | all | | whether a treated unit and a control, by position, may be paired |
public struct PairRules: Sendable {
  public let caliper: Double
  /// One a unit; both empty where there are no strata.
  public let treatedStrata: [Int32]
  public let controlStrata: [Int32]
  public let permits: (@Sendable (_ treated: Int, _ control: Int) -> Bool)?

  public init(
    caliper: Double = .infinity, treatedStrata: [Int32] = [], controlStrata: [Int32] = [],
    permits: (@Sendable (_ treated: Int, _ control: Int) -> Bool)? = nil
  ) throws(AssignmentError) {
    guard caliper >= 0 else { throw .negativeCaliper(caliper) }
    self.caliper = caliper
    self.treatedStrata = treatedStrata
    self.controlStrata = controlStrata
    self.permits = permits
  }

  /// Checks that there is a stratum for every unit, or none for any.
  func check(treated: Int, controls: Int) throws(AssignmentError) {
    guard !(treatedStrata.isEmpty && controlStrata.isEmpty) else { return }
    guard treatedStrata.count == treated else {
      throw .strata(arm: .treated, found: treatedStrata.count, expected: treated)
    }
    guard controlStrata.count == controls else {
      throw .strata(arm: .control, found: controlStrata.count, expected: controls)
    }
  }

  /// The positions of the units of each stratum that holds both arms, in order of the treated.
  func strata(treated: Int, controls: Int) -> [(treated: [Int], controls: [Int])] {
    guard !treatedStrata.isEmpty else {
      return treated > 0 && controls > 0
        ? [(treated: Array(0..<treated), controls: Array(0..<controls))] : []
    }
    var numbers: [Int32: Int] = [:]
    var result: [(treated: [Int], controls: [Int])] = []
    for (unit, stratum) in treatedStrata.enumerated() {
      if let number = numbers[stratum] {
        result[number].treated.append(unit)
      } else {
        numbers[stratum] = result.count
        result.append((treated: [unit], controls: []))
      }
    }
    for (unit, stratum) in controlStrata.enumerated() {
      if let number = numbers[stratum] { result[number].controls.append(unit) }
    }
    return result.filter { !$0.controls.isEmpty }
  }
}
