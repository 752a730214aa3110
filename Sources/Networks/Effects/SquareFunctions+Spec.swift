public import StudyFiles

/// `ego-squared(COLUMN)`
public struct EgoSquareSpec: ColumnEffectSpec {
  public static let name = "ego-squared"
  public static let documentation = ChoiceDocumentation(
    summary: "more ties of those far from the mean of a column, on either side",
    formula: "s_i = sum_j x_ij (v_i - mean v)^2",
    change: "(v_i - mean v)^2",
    reference: "Snijders & Lomi (2019), doi:10.1017/nws.2018.30")
  public let column: LocatedText
  public init(column: LocatedText) { self.column = column }
  public func function(_ centring: Centring) -> any PairFunction {
    EgoSquare(centre: centring.mean)
  }
}

/// `alter-squared(COLUMN)`
public struct AlterSquareSpec: ColumnEffectSpec {
  public static let name = "alter-squared"
  public static let documentation = ChoiceDocumentation(
    summary: "ties to those far from the mean of a column, on either side",
    formula: "s_i = sum_j x_ij (v_j - mean v)^2",
    change: "(v_j - mean v)^2",
    reference: "Snijders & Lomi (2019), doi:10.1017/nws.2018.30")
  public let column: LocatedText
  public init(column: LocatedText) { self.column = column }
  public func function(_ centring: Centring) -> any PairFunction {
    AlterSquare(centre: centring.mean)
  }
}

/// `squared-difference(COLUMN)`
public struct SquaredDifferenceSpec: ColumnEffectSpec {
  public static let name = "squared-difference"
  public static let documentation = ChoiceDocumentation(
    summary: "ties between those far apart in a column, the farther the more",
    formula: "s_i = sum_j x_ij (v_j - v_i)^2",
    change: "(v_j - v_i)^2",
    reference: "Snijders & Lomi (2019), doi:10.1017/nws.2018.30")
  public let column: LocatedText
  public init(column: LocatedText) { self.column = column }
  public func function(_ centring: Centring) -> any PairFunction { SquaredDifference() }
}
