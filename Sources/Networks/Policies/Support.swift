public import Tables

/// Support for partnership: in given years it raises what every tie is worth to eligible schools, at a cost for
/// each of them and year.
///
/// Raising utility by *r* multiplies the odds that an eligible school proposes, confirms or keeps a given
/// tie by *eʳ*.
public struct Support: PolicyAction {
  private let eligible: Eligibility
  /// Log odds.
  private let raise: Double
  private let years: ClosedRange<Int>
  /// For each eligible school and year.
  private let cost: Double

  /// - Parameter years: model years, the first is 1.
  public init(eligible: Eligibility, raise: Double, years: ClosedRange<Int>, cost: Double) {
    self.eligible = eligible
    self.raise = raise
    self.years = years
    self.cost = cost
  }

  public func addLift(year: Int, to lift: inout [Double]) {
    guard years.contains(year) else { return }
    for school in lift.indices where eligible.schools[school] { lift[school] += raise }
  }

  public func cost(year: Int) -> Double {
    years.contains(year) ? cost * Double(eligible.count) : 0
  }

  public func diagnostics(policy: String, horizon: Int) -> [Diagnostic] {
    var found = eligible.diagnostics
    if eligible.missing > 0 {
      found.append(
        Diagnostic(
          .warning, code: "eligibility-unknown",
          "policy `\(policy)`: \(eligible.missing) schools lack a value that `eligible` needs, and "
            + "count as not eligible"))
    }
    if eligible.count == 0 {
      found.append(
        Diagnostic(
          .warning, code: "policy-never-applies",
          "policy `\(policy)`: no school is eligible for support, so it changes nothing"))
    } else if years.lowerBound > horizon {
      found.append(
        Diagnostic(
          .warning, code: "policy-never-applies",
          "policy `\(policy)`: support starts in year \(years.lowerBound), after the last year "
            + "\(horizon)"))
    }
    if cost == 0 {
      found.append(
        Diagnostic(
          .warning, code: "policy-without-cost",
          "policy `\(policy)`: support costs nothing as it is written; give its `cost` before "
            + "comparing costs"))
    }
    return found
  }
}
