public import StudyFiles

/// `assortativity(COLUMN)`
public struct AssortativityMeasureSpec: KindMeasureSpec {
  public static let name = "assortativity"
  public static let documentation = ChoiceDocumentation(
    summary: "how far ties keep to schools of the same value of a column, as of phase or authority",
    formula:
      "(share of ties within - expected share) / (1 - expected share): 1 all within, 0 as if at random",
    reference: "Newman (2003), doi:10.1103/PhysRevE.67.026126")
  public let column: LocatedText

  public init(of column: LocatedText) { self.column = column }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    MixingOfKinds(name, .assortativity, kinds: try kinds(schools))
  }
}

/// `bridging(COLUMN)`
public struct BridgingMeasureSpec: KindMeasureSpec {
  public static let name = "bridging"
  public static let documentation = ChoiceDocumentation(
    summary: "the share of ties between different values of a column, as between roles",
    formula: "(1 + E-I index) / 2",
    reference: "Krackhardt & Stern (1988), doi:10.2307/2786835")
  public let column: LocatedText

  public init(of column: LocatedText) { self.column = column }

  public func measure(
    named name: String, of schools: MeasuredSchools
  ) throws(ScenarioError) -> any Measure {
    MixingOfKinds(name, .bridging, kinds: try kinds(schools))
  }
}

/// A measure of ties within and between the values of a column: `bridging(role)`.
public protocol KindMeasureSpec: MeasureSpec {
  var column: LocatedText { get }
  init(of column: LocatedText)
}

extension KindMeasureSpec {
  public var columns: [LocatedText] { [column] }

  public init(from section: Section) throws(SpecErrors) {
    self.init(of: try section.onlyArgument(of: Self.name))
  }

  /// The kind of each school, from 0; a missing value is a kind of its own.
  func kinds(_ schools: MeasuredSchools) throws(ScenarioError) -> [Int] {
    let codes = try schools.actors.groups(column.text)
    let unknown = (codes.max() ?? -1) + 1
    return codes.map { Int($0 < 0 ? unknown : $0) }
  }
}
