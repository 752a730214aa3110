/// Points of the unit cube that fill it more evenly than random ones: Sobol's sequence, scrambled by Owen's nested
/// permutations of binary digits, so that every point is uniform and means over them are unbiased.
///
/// Sobol' (1967), doi:10.1016/0041-5553(67)90144-9, with direction numbers of Joe & Kuo (2008), doi:10.1137/070709359; Owen
/// (1998), doi:10.1006/jcom.1998.0487. Beyond sixteen dimensions the sixteen are taken again with the points in another
/// scrambled order (Burley 2020, Journal of Computer Graphics Techniques 9(4)): each sixteen stay even among themselves.
public struct SobolPoints: Sendable {
  public let dimensions: Int
  private let seed: Seed

  public init(dimensions: Int, seed: Seed) {
    precondition(dimensions >= 0, "\(dimensions) dimensions")
    self.dimensions = dimensions
    self.seed = seed
  }

  /// Point number `index`: one number of the open interval (0, 1) a dimension.
  public func point(_ index: UInt32) -> [Double] {
    var order = index
    return (0..<dimensions).map { dimension in
      let (set, place) = dimension.quotientAndRemainder(dividingBy: Self.directions.count)
      if place == 0, set > 0 {
        // Nested permutations of the order take each run of 2^k points to another one.
        order = scrambled(index, entity: UInt32(set), event: 1)
      }
      let digits = Self.value(order, Self.directions[place])
      let result = scrambled(digits, entity: UInt32(dimension), event: 0)
      return (Double(result) + 0.5) * 0x1p-32
    }
  }

  /// Each digit is turned or not by a coin that hangs on all digits before it.
  private func scrambled(_ value: UInt32, entity: UInt32, event: UInt32) -> UInt32 {
    var result: UInt32 = 0
    for bit in 0..<32 {
      // A leading one tells prefixes of different lengths apart.
      let prefix = bit == 0 ? 1 : (1 << bit) | (value >> (32 - bit))
      var coin = RandomStream(seed, replicate: prefix, entity: entity, event: event)
      let digit = (value >> (31 - bit)) & 1
      result |= (digit ^ UInt32(coin.next() & 1)) << (31 - bit)
    }
    return result
  }

  private static func value(_ index: UInt32, _ directions: [UInt32]) -> UInt32 {
    var (rest, result, bit) = (index, UInt32(0), 0)
    while rest > 0 {
      if rest & 1 == 1 { result ^= directions[bit] }
      rest >>= 1
      bit += 1
    }
    return result
  }

  /// A primitive polynomial over the field of two elements, its inner coefficients as binary digits, and the first
  /// direction numbers.
  private struct Generator {
    let degree: Int
    let coefficients: UInt32
    let first: [UInt32]

    /// The 32 direction numbers by the recurrence of the polynomial.
    var directions: [UInt32] {
      guard degree > 0 else { return (0..<32).map { 1 << (31 - $0) } }
      var result = first.enumerated().map { $1 << (31 - $0) }
      for k in degree..<32 {
        var next = result[k - degree] ^ (result[k - degree] >> degree)
        for j in 1..<degree where (coefficients >> (degree - 1 - j)) & 1 == 1 {
          next ^= result[k - j]
        }
        result.append(next)
      }
      return result
    }
  }

  private static let directions: [[UInt32]] = [
    Generator(degree: 0, coefficients: 0, first: []),
    Generator(degree: 1, coefficients: 0, first: [1]),
    Generator(degree: 2, coefficients: 1, first: [1, 3]),
    Generator(degree: 3, coefficients: 1, first: [1, 3, 1]),
    Generator(degree: 3, coefficients: 2, first: [1, 1, 1]),
    Generator(degree: 4, coefficients: 1, first: [1, 1, 3, 3]),
    Generator(degree: 4, coefficients: 4, first: [1, 3, 5, 13]),
    Generator(degree: 5, coefficients: 2, first: [1, 1, 5, 5, 17]),
    Generator(degree: 5, coefficients: 4, first: [1, 1, 5, 5, 5]),
    Generator(degree: 5, coefficients: 7, first: [1, 1, 7, 11, 19]),
    Generator(degree: 5, coefficients: 11, first: [1, 1, 5, 1, 1]),
    Generator(degree: 5, coefficients: 13, first: [1, 1, 1, 3, 11]),
    Generator(degree: 5, coefficients: 14, first: [1, 3, 5, 5, 31]),
    Generator(degree: 6, coefficients: 1, first: [1, 3, 3, 9, 7, 49]),
    Generator(degree: 6, coefficients: 13, first: [1, 1, 1, 15, 21, 21]),
    Generator(degree: 6, coefficients: 16, first: [1, 3, 1, 13, 27, 49]),
  ].map(\.directions)
}
