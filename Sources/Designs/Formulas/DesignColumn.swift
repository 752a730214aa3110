/// A column of a design with its name, and what makes it equal to another.
struct DesignColumn: Sendable {
  /// Two columns with the same key hold the same values.
  indirect enum Key: Sendable, Hashable {
    case intercept
    case numbers(String)
    case indicator(String, level: Int)
    case deviation(String, level: Int, last: Int)
    case product([Key])
  }

  let key: Key
  let name: String
  let values: ModelColumn

  static let intercept = DesignColumn(
    key: .intercept, name: "(Intercept)", values: .constant(1))

  /// The columns of a fixed part or of a random term, in R's order: within an interaction the first
  /// variable runs fastest.
  ///
  /// - Parameter variables: one for each variable of `expansion`.
  static func all(of expansion: TermExpansion, _ variables: [FrameVariable]) -> [DesignColumn] {
    let codings = expansion.codings(isFactor: variables.map { $0.factor != nil })
    var result: [DesignColumn] = expansion.hasIntercept ? [.intercept] : []
    for (term, codings) in zip(expansion.terms, codings) {
      var columns: [DesignColumn] = []
      for (place, (variable, coding)) in zip(term, codings).enumerated() {
        let pieces = pieces(of: variables[variable], coding)
        columns =
          place == 0
          ? pieces : pieces.flatMap { piece in columns.map { $0.times(piece) } }
      }
      result += columns
    }
    return result
  }

  /// How many columns `all(of:_:)` gives; found without making them.
  static func count(of expansion: TermExpansion, _ variables: [FrameVariable]) -> Int {
    let codings = expansion.codings(isFactor: variables.map { $0.factor != nil })
    var total = expansion.hasIntercept ? 1 : 0
    for (term, codings) in zip(expansion.terms, codings) {
      var product = 1
      for (variable, coding) in zip(term, codings) {
        guard let factor = variables[variable].factor else { continue }
        let columns = factor.used.count - (coding == .contrasts ? 1 : 0)
        product = product.multipliedReportingOverflow(by: max(0, columns)).partialValue
        if product > 1_000_000 { return product }
      }
      total += product
    }
    return total
  }

  private static func pieces(
    of variable: FrameVariable, _ coding: TermExpansion.Coding
  ) -> [DesignColumn] {
    switch variable.values {
    case .numbers(let vector):
      return [
        DesignColumn(
          key: .numbers(variable.name), name: variable.name, values: vector.modelColumn)
      ]
    case .factor(let factor):
      let name = variable.name
      guard let last = factor.used.last, let first = factor.used.first else { return [] }
      switch (coding, factor.contrast) {
      case (.contrasts, .sum):
        return factor.used.dropLast().enumerated().map { number, level in
          var coefficients = [Double](repeating: 0, count: factor.levels.count)
          coefficients[level] = 1
          coefficients[last] = -1
          return DesignColumn(
            key: .deviation(name, level: level, last: last), name: "\(name)\(number + 1)",
            values: .contrast(codes: factor.codes, coefficients: coefficients))
        }
      case (.contrasts, .treatment), (.indicators, _):
        return factor.used.filter { coding == .indicators || $0 != first }.map { level in
          var coefficients = [Double](repeating: 0, count: factor.levels.count)
          coefficients[level] = 1
          return DesignColumn(
            key: .indicator(name, level: level), name: name + factor.levels[level],
            values: .contrast(codes: factor.codes, coefficients: coefficients))
        }
      }
    }
  }

  private func times(_ other: DesignColumn) -> DesignColumn {
    let parts: [Key] = if case .product(let parts) = key { parts } else { [key] }
    return DesignColumn(
      key: .product(parts + [other.key]), name: "\(name):\(other.name)",
      values: .product(values, other.values))
  }
}
