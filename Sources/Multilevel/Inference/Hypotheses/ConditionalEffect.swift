/// The effect of a column where others have given values, as a weight for each coefficient.
///
/// With coefficients b of products x·z₁·z₂…, the effect of x at z = v is Σ b·Πv over all products that x is a part of:
/// in `federated * poor` the effect on the poor is `federated` + `federated:poor`. A level of a factor counts one
/// where it is the value and zero where it is not.
public struct ConditionalEffect: Sendable, Hashable {
  /// The coefficient of the column alone.
  public let term: String
  /// Columns with the values at which the effect is taken.
  public let values: [Value]

  public struct Value: Sendable, Hashable {
    public let column: String
    /// A number, or a level of a factor.
    public let value: String

    public init(_ column: String, _ value: String) {
      self.column = column
      self.value = value
    }
  }

  /// Why there is no such effect.
  public enum Problem: Error, Sendable, Hashable, CustomStringConvertible {
    case unknownTerm(String, known: [String])
    /// The effect also depends on something that was given no value.
    case open(coefficient: String, part: String)
    /// A value was given to something on which the effect does not depend.
    case idle(column: String, known: [String])
    /// A coefficient is multiplied by the number itself, which the value is not.
    case notANumber(column: String, value: String)

    public var description: String {
      switch self {
      case .unknownTerm(let name, let known):
        "the model has no coefficient `\(name)`: it has "
          + known.map { "`\($0)`" }.joined(separator: ", ")
      case .open(let coefficient, let part):
        "`\(coefficient)` is part of the effect: say at which value of `\(part)`"
      case .idle(let column, let known):
        "the effect does not depend on `\(column)`: the coefficients it is part of are "
          + known.map { "`\($0)`" }.joined(separator: ", ")
      case .notANumber(let column, let value):
        "`\(column)` is a number in this model, and `\(value)` is none"
      }
    }
  }

  public init(of term: String, at values: [Value]) {
    self.term = term
    self.values = values
  }

  /// As a reader writes it: `federated at poor = 1`.
  public var name: String {
    values.isEmpty
      ? term : "\(term) at " + values.map { "\($0.column) = \($0.value)" }.joined(separator: ", ")
  }

  /// - Parameter names: the model's coefficients.
  /// - Returns: a weight for each, not all zero. Without values the coefficient alone, which may be an interaction.
  public func weights(_ names: [String]) throws(Problem) -> [Double] {
    let own = Self.parts(term)
    guard let alone = names.firstIndex(where: { Self.parts($0).sorted() == own.sorted() }) else {
      throw .unknownTerm(term, known: names)
    }
    var weights = [Double](repeating: 0, count: names.count)
    weights[alone] = 1
    guard !values.isEmpty else { return weights }
    var used = Set<String>()
    let products = names.indices.filter { place in
      place != alone && own.allSatisfy(Self.parts(names[place]).contains)
    }
    for place in products {
      var weight = 1.0
      for part in Self.parts(names[place]) where !own.contains(part) {
        guard let (column, factor) = try self.factor(part) else {
          throw .open(coefficient: names[place], part: part)
        }
        used.insert(column)
        weight *= factor
      }
      weights[place] = weight
    }
    if let idle = values.first(where: { !used.contains($0.column) }) {
      throw .idle(column: idle.column, known: ([alone] + products).map { names[$0] })
    }
    return weights
  }

  /// What a part of a product counts at the values; `nil` where it was given none.
  private func factor(_ part: String) throws(Problem) -> (column: String, factor: Double)? {
    if let value = values.first(where: { $0.column == part }) {
      guard let number = Double(value.value), number.isFinite else {
        throw .notANumber(column: value.column, value: value.value)
      }
      return (value.column, number)
    }
    // The longest name wins: `phase` and `phase_type` may both be factors.
    let candidates = values.filter { part.hasPrefix($0.column) }
    guard let value = candidates.max(by: { $0.column.count < $1.column.count }) else { return nil }
    return (value.column, part.dropFirst(value.column.count) == value.value ? 1 : 0)
  }

  private static func parts(_ name: String) -> [String] {
    name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
  }
}
