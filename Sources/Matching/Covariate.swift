/// A variable to be balanced: numbers, or a factor with its levels.
public struct Covariate: Sendable, Hashable {
  public enum Values: Sendable, Hashable {
    /// NaN is missing. Logical values are 0 and 1.
    case numbers([Double])
    /// Positions in `levels`; −1 is missing.
    case factor(codes: [Int32], levels: [String])
  }

  public let name: String
  public let values: Values

  public init(_ name: String, _ values: Values) {
    self.name = name
    self.values = values
  }

  public var count: Int {
    switch values {
    case .numbers(let numbers): numbers.count
    case .factor(let codes, _): codes.count
    }
  }

  func isMissing(_ unit: Int) -> Bool {
    switch values {
    case .numbers(let numbers): !numbers[unit].isFinite
    case .factor(let codes, _): codes[unit] < 0
    }
  }

  /// Whether every unit of `units` has the same value.
  func isConstant(over units: [Int]) -> Bool {
    guard let first = units.first else { return true }
    return switch values {
    case .numbers(let numbers): units.allSatisfy { numbers[$0] == numbers[first] }
    case .factor(let codes, _): units.allSatisfy { codes[$0] == codes[first] }
    }
  }

  /// A column of numbers that stands for the covariate, or for one of its levels.
  struct Indicator: Sendable {
    /// The covariate's name, followed by the level's, as in R: `racehispan`.
    let name: String
    /// The level; `nil` for numbers.
    let level: String?
    /// One a unit of the list asked for.
    let values: [Double]
  }

  /// The values of `units`: numbers as they are, a factor as one 0/1 column for each level that occurs.
  func indicators(for units: [Int]) -> [Indicator] {
    switch values {
    case .numbers(let numbers):
      return [Indicator(name: name, level: nil, values: units.map { numbers[$0] })]
    case .factor(let codes, let levels):
      let occurring = levels.indices.filter { level in units.contains { codes[$0] == level } }
      return occurring.map { level in
        Indicator(
          name: name + levels[level], level: levels[level],
          values: units.map { codes[$0] == level ? 1 : 0 })
      }
    }
  }
}
