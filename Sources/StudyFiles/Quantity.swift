internal import Tables

/// A number with a unit, as in `0.2 sd`, `5 km` or `10 years`.
public struct Quantity: Sendable, Hashable, CustomStringConvertible {
  public let value: Double
  /// The unit as written, singular: `years` reads as `year`. Empty where none was given.
  public let unit: String

  public init(_ value: Double, _ unit: String) {
    self.value = value
    self.unit = unit
  }

  public var description: String { unit.isEmpty ? "\(value)" : "\(value) \(unit)" }
}

extension ValueFormat where Value == Quantity {
  /// A number with one of the given units; list the empty unit where a bare number is accepted.
  public static func quantity(
    _ expectation: String, units: [String], in range: ClosedRange<Double> = -.infinity ... .infinity
  ) -> Self {
    ValueFormat(expectation, schema: ["type": ["string", "number"]]) { (node) throws(SpecErrors) in
      guard case .scalar(let text) = node.content else {
        throw node.wrongType(expected: expectation)
      }
      let words = text.split(separator: " ", maxSplits: 1).map(String.init)
      guard let first = words.first, let value = decimal(first), range.contains(value) else {
        throw node.wrongType(expected: expectation)
      }
      let written = words.count > 1 ? words[1].trimmingSpaces : ""
      let accepted = units.contains(written) ? written : singular(written)
      guard units.contains(accepted) else { throw node.wrongType(expected: expectation) }
      return Quantity(value, accepted)
    }
  }
}

private func singular(_ unit: String) -> String {
  unit.hasSuffix("s") && unit.count > 2 ? String(unit.dropLast()) : unit
}
