internal import Probability

/// The weight eᵘ of a choice of utility *u*. Utilities above 500 count as 500: they win in any case, and their sums
/// must stay finite.
@inline(__always)
func choiceWeight(_ utility: Double) -> Double { PortableMath.exp(min(utility, 500)) }
