internal import Probability

/// How a choice is drawn from its probabilities.
public enum ChoiceDraws: Sendable, Hashable {
  /// By running sums and one uniform number: the cost does not grow with the number of actors.
  case inversion
  /// By one Gumbel number for each alter and one for no change, keyed by who chooses, when, and whom: the option with the
  /// largest sum of worth and number is taken, with probability proportional to exp(worth). Two policies then differ in a
  /// choice only where the worth of the options does; the cost is O(*n*).
  case gumbel
}

extension TieChooser {
  /// The choice that keyed Gumbel numbers make.
  ///
  /// - Parameter random: of this actor and opportunity; each alter has a number of its own in it, whether it is on offer
  ///   or not.
  func chooseByGumbel(
    _ network: borrowing Network, ego: Int, _ conditions: YearConditions,
    _ around: borrowing Surroundings, using random: inout RandomStream, _ work: inout Workspace
  ) -> Choice? {
    enumerateEveryone(network, ego: ego, conditions, &work)
    _ = weighZone(
      network, ego: ego, lift: conditions.utility[ego], drift: conditions.drift, around, &work)
    var best = Self.gumbel(&random)
    var chosen: Int?
    var k = 0
    for alter in 0..<actorCount {
      let number = Self.gumbel(&random)
      guard k < work.zone.count, Int(work.zone[k]) == alter else { continue }
      let worth = work.utilities[k] + number
      if worth > best { (best, chosen) = (worth, alter) }
      k += 1
    }
    return chosen.map { Choice(alter: $0, creating: !network.hasTie(ego, $0)) }
  }

  @inline(__always)
  private static func gumbel(_ random: inout RandomStream) -> Double {
    -PortableMath.log(-PortableMath.log(random.uniform()))
  }
}
