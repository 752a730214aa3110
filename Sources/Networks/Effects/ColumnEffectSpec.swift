public import StudyFiles

/// An effect of one covariate, as a study writes it: `alter(fsm)`. Where the study also models the covariate as a
/// behaviour, the effect follows its changes.
public protocol ColumnEffectSpec: NetworkEffectSpec {
  var column: LocatedText { get }
  init(column: LocatedText)
  /// What a tie is worth, given what the covariate is centred and scaled by.
  func function(_ centring: Centring) -> any PairFunction
}

extension ColumnEffectSpec {
  public init(from section: Section) throws(SpecErrors) {
    self.init(column: try section.onlyArgument(of: Self.name))
  }

  public var columns: [LocatedText] { [column] }

  public func selection(_ centring: Centring) -> (any PairFunction)? { function(centring) }

  public func effect(among actors: ActorData) throws(ScenarioError) -> any NetworkEffect {
    let values = try actors.numbers(column.text)
    return covariateEffect(function(Centring(values)), values)
  }
}

/// The effect of a function of any type.
func covariateEffect(_ function: some PairFunction, _ values: [Double]) -> any NetworkEffect {
  CovariateEffect(function, values)
}

/// `ego(COLUMN)`
public struct EgoSpec: ColumnEffectSpec {
  public static let name = "ego"
  public static let documentation = ChoiceDocumentation(
    summary: "more ties of those with a higher value of a column",
    formula: "s_i = sum_j x_ij (v_i - mean v)",
    change: "v_i - mean v",
    reference: "Snijders (2001), doi:10.1111/0081-1750.00099")
  public let column: LocatedText
  public init(column: LocatedText) { self.column = column }
  public func function(_ centring: Centring) -> any PairFunction {
    EgoValue(centre: centring.mean)
  }
}

/// `alter(COLUMN)`
public struct AlterSpec: ColumnEffectSpec {
  public static let name = "alter"
  public static let documentation = ChoiceDocumentation(
    summary: "ties to those with a higher value of a column",
    formula: "s_i = sum_j x_ij (v_j - mean v)",
    change: "v_j - mean v",
    reference: "Snijders (2001), doi:10.1111/0081-1750.00099")
  public let column: LocatedText
  public init(column: LocatedText) { self.column = column }
  public func function(_ centring: Centring) -> any PairFunction {
    AlterValue(centre: centring.mean)
  }
}

/// `ego-plus-alter(COLUMN)`
public struct EgoPlusAlterSpec: ColumnEffectSpec {
  public static let name = "ego-plus-alter"
  public static let documentation = ChoiceDocumentation(
    summary: "ties between those with higher values of a column, both counted",
    formula: "s_i = sum_j x_ij (v_i + v_j - 2 mean v)",
    change: "v_i + v_j - 2 mean v",
    reference: "Snijders & Pickup (2017), doi:10.1093/oxfordhb/9780190228217.013.10")
  public let column: LocatedText
  public init(column: LocatedText) { self.column = column }
  public func function(_ centring: Centring) -> any PairFunction {
    EgoPlusAlter(centre: centring.mean)
  }
}

/// `product(COLUMN)`
public struct ProductSpec: ColumnEffectSpec {
  public static let name = "product"
  public static let documentation = ChoiceDocumentation(
    summary: "the high with the high, the low with the low",
    formula: "s_i = sum_j x_ij (v_i - mean v) (v_j - mean v)",
    change: "(v_i - mean v) (v_j - mean v)",
    reference: "Snijders (2017), doi:10.1146/annurev-statistics-060116-054035")
  public let column: LocatedText
  public init(column: LocatedText) { self.column = column }
  public func function(_ centring: Centring) -> any PairFunction {
    ValueProduct(centre: centring.mean)
  }
}

/// `difference(COLUMN)`
public struct DifferenceSpec: ColumnEffectSpec {
  public static let name = "difference"
  public static let documentation = ChoiceDocumentation(
    summary: "ties to those above oneself in a column", formula: "s_i = sum_j x_ij (v_j - v_i)",
    change: "v_j - v_i",
    reference: "Snijders (2017), doi:10.1146/annurev-statistics-060116-054035")
  public let column: LocatedText
  public init(column: LocatedText) { self.column = column }
  public func function(_ centring: Centring) -> any PairFunction { ValueDifference() }
}

/// `absolute-difference(COLUMN)`
public struct AbsoluteDifferenceSpec: ColumnEffectSpec {
  public static let name = "absolute-difference"
  public static let documentation = ChoiceDocumentation(
    summary: "ties between those far apart in a column", formula: "s_i = sum_j x_ij |v_i - v_j|",
    change: "|v_i - v_j|",
    reference: "Snijders (2017), doi:10.1146/annurev-statistics-060116-054035")
  public let column: LocatedText
  public init(column: LocatedText) { self.column = column }
  public func function(_ centring: Centring) -> any PairFunction { AbsoluteDifference() }
}

/// `higher(COLUMN)`
public struct HigherSpec: ColumnEffectSpec {
  public static let name = "higher"
  public static let documentation = ChoiceDocumentation(
    summary: "ties of those who are above their partner in a column, level partners one half",
    formula: "s_i = sum_j x_ij (1{v_i > v_j} + 1{v_i = v_j} / 2)",
    change: "1{v_i > v_j} + 1{v_i = v_j} / 2",
    reference: "Snijders (2017), doi:10.1146/annurev-statistics-060116-054035")
  public let column: LocatedText
  public init(column: LocatedText) { self.column = column }
  public func function(_ centring: Centring) -> any PairFunction { HigherValue() }
}
