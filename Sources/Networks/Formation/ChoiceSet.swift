/// Whom an actor considers at an opportunity, besides its partners.
public enum ChoiceSet: Sendable, Hashable {
  /// Every other actor, whatever their number.
  case exact
  /// The same, drawn by Gumbel numbers of each alter: see ``ChoiceDraws/gumbel``.
  case gumbel
  /// The given number of nearest actors and the present partners: a modelling assumption, whose cost in
  /// probability a result states.
  case nearest(Int)

  var draws: ChoiceDraws { self == .gumbel ? .gumbel : .inversion }
}
