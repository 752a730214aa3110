internal import Probability

extension FormationEstimate.Parameter {
  /// The 95 % interval. That of a rate is symmetric on the scale of its logarithm, exp(ln *ρ* ± 1.96 *s*/*ρ*): a rate is
  /// above zero, and its estimates have a long tail upwards, so that plain intervals are too low too often.
  public var interval: (low: Double, high: Double) {
    let reach = 1.959963984540054 * standardError
    guard period != nil, estimate > 0 else { return (estimate - reach, estimate + reach) }
    let factor = PortableMath.exp(reach / estimate)
    return (estimate / factor, estimate * factor)
  }
}
