public import StudyFiles

/// A measure that takes no argument: `coverage`.
public protocol PlainMeasureSpec: MeasureSpec {
  init()
}

/// A measure of the outcome alone: `mean(attainment)`.
public protocol OutcomeMeasureSpec: MeasureSpec {
  init(of outcome: LocatedText)
}

/// A measure of the outcome over a column of the schools: `gap(attainment, fsm)`.
public protocol ColumnMeasureSpec: MeasureSpec {
  var column: LocatedText { get }
  init(of outcome: LocatedText, over column: LocatedText)
}

/// A measure of a kind of group: `members(federation)`.
public protocol GroupMeasureSpec: MeasureSpec {
  init(of kind: PartnershipKind)
}

extension PlainMeasureSpec {
  public init(from section: Section) throws(SpecErrors) {
    try section.expectNoArguments(of: Self.name)
    self.init()
  }
}

extension OutcomeMeasureSpec {
  public init(from section: Section) throws(SpecErrors) {
    self.init(of: try section.onlyArgument(of: Self.name))
  }
}

extension ColumnMeasureSpec {
  public var columns: [LocatedText] { [column] }

  public init(from section: Section) throws(SpecErrors) {
    guard section.arguments.count == 2 else {
      throw section.error(
        .rule(
          "expected two columns, as in `\(Self.name)(attainment, fsm)`, found "
            + "\(section.arguments.count)"))
    }
    self.init(of: section.arguments[0], over: section.arguments[1])
  }
}

extension GroupMeasureSpec {
  public init(from section: Section) throws(SpecErrors) {
    self.init(of: try section.kindOfGroup(Self.name))
  }
}

extension Section {
  func kindOfGroup(_ name: String) throws(SpecErrors) -> PartnershipKind {
    let kinds = PartnershipKind.ofGroups.map(\.rawValue)
    guard arguments.count == 1, let argument = arguments.first else {
      throw error(.rule("expected one kind of group, as in `\(name)(federation)`"))
    }
    guard let kind = PartnershipKind(rawValue: argument.text), kind != .ties else {
      throw SpecErrors(
        SpecError(
          .unknownName(argument.text, kind: "kind of group", known: kinds), path: path,
          at: argument.location))
    }
    return kind
  }
}
