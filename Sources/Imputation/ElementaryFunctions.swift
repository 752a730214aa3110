internal import Probability

/// The natural logarithm with the same bits everywhere.
func naturalLog(_ x: Double) -> Double { PortableMath.log(x) }

/// eˣ with the same bits everywhere.
func exponential(_ x: Double) -> Double { PortableMath.exp(x) }
