/// A linear equation between coefficients as it is written: `federated + 0.5 * federated:fsm = 0`, `a = b`.
///
/// Without `=` the sum is tested against zero. Names are R's: `(Intercept)`, `sexM`, `a:b`, `I(x^2)`; any other
/// name stands between backquotes. Numbers multiply and divide, brackets group. Which coefficients there are
/// is asked only when the equation meets a model.
public struct LinearHypothesis: Sendable, Hashable {
  /// A coefficient of the model where the text names it.
  public struct Term: Sendable, Hashable {
    public let name: String
    /// Characters before the name in the text.
    public let offset: Int
    public let weight: Double
  }

  /// As written.
  public let source: String
  /// Left side minus right side; a name may stand several times.
  public let terms: [Term]
  /// What the weighted sum of coefficients is compared with.
  public let value: Double

  /// - Throws: ``HypothesisError`` with its place.
  public init(parsing source: String) throws(HypothesisError) {
    var parser = HypothesisParser(source)
    let form = try parser.equation()
    self.source = source
    terms = form.terms
    value = -form.constant
    guard let first = terms.first else {
      throw HypothesisError(.noCoefficient, offset: 0)
    }
    // Names that cancel leave nothing to test.
    var sums: [String: Double] = [:]
    for term in terms { sums[term.name, default: 0] += term.weight }
    guard sums.values.contains(where: { $0 != 0 }) else {
      throw HypothesisError(.noCoefficient, offset: first.offset)
    }
  }

  /// A coefficient alone, whatever its name.
  public init(naming coefficient: String) {
    source = coefficient
    terms = [Term(name: coefficient, offset: 0, weight: 1)]
    value = 0
  }

  /// A weight for each of the named coefficients. The parts of an interaction may stand in any order.
  ///
  /// - Throws: ``HypothesisError`` at a name that is no coefficient.
  public func weights(_ names: [String]) throws(HypothesisError) -> [Double] {
    let parts = names.map(Self.parts)
    var result = [Double](repeating: 0, count: names.count)
    for term in terms {
      let own = Self.parts(term.name)
      guard let place = names.firstIndex(of: term.name) ?? parts.firstIndex(of: own) else {
        throw HypothesisError(
          .unknownCoefficient(term.name, known: names), offset: term.offset)
      }
      result[place] += term.weight
    }
    return result
  }

  private static func parts(_ name: String) -> [String] {
    name.split(separator: ":", omittingEmptySubsequences: false).map(String.init).sorted()
  }
}

/// What is wrong with a hypothesis, and where in its text.
public struct HypothesisError: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Reason: Sendable, Hashable {
    case unexpected(String, expected: String)
    /// A product of two coefficients, or a coefficient below a fraction bar.
    case notLinear
    /// Nothing but numbers, or coefficients that cancel.
    case noCoefficient
    case unknownCoefficient(String, known: [String])
    /// Several equations that no coefficients fulfil together.
    case contradiction
  }

  public let reason: Reason
  /// Characters before the place.
  public let offset: Int

  public init(_ reason: Reason, offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  public var description: String {
    switch reason {
    case .unexpected(let found, let expected): "expected \(expected), found \(found)"
    case .notLinear: "a hypothesis is linear: multiply and divide coefficients by numbers only"
    case .noCoefficient: "no coefficient is left to test"
    case .unknownCoefficient(let name, let known):
      "the model has no coefficient `\(name)`: it has "
        + known.map { "`\($0)`" }.joined(separator: ", ")
    case .contradiction: "these equations contradict each other: no coefficients fulfil all of them"
    }
  }
}
