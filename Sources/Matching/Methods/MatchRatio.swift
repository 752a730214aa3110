/// How many comparators each focal unit gets.
public enum MatchRatio: Sendable, Hashable {
  /// The same number for everyone, as far as they last.
  case fixed(Int)
  /// Between `least` and `most`, on average `mean` of those who are matched; where no mean is given, as many
  /// as constraints allow (Ming & Rosenbaum 2000, DOI 10.1111/j.0006-341X.2000.00118.x).
  case variable(least: Int, most: Int, mean: Double?)

  /// The most that anyone gets.
  public var most: Int {
    switch self {
    case .fixed(let number): number
    case .variable(_, let most, _): most
    }
  }

  /// How many everyone gets before anyone gets more.
  var least: Int {
    switch self {
    case .fixed(let number): number
    case .variable(let least, _, _): least
    }
  }

  /// The most pairs of `focal` matched units in all.
  func pairs(of focal: Int) -> Int {
    guard case .variable(let least, let most, let mean?) = self else { return most * focal }
    return max(least * focal, min(most * focal, Int((mean * Double(focal)).rounded())))
  }
}
