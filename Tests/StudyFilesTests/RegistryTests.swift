import StudyFiles
import Tables
import Testing

private protocol Shape: Choice {}

private struct Circle: Shape {
  static let name = "circle"
  static let documentation = ChoiceDocumentation(summary: "round")
  static let radius = Key(
    "radius", .number("a number above 0", above: 0), default: 1, shown: "1", "r")
  static let keys = [AnyKey(radius)]
  let radius: Double
  init(from section: Section) throws(SpecErrors) { radius = try section.read(Self.radius) }
}

private struct Square: Shape {
  static let name = "square"
  static let documentation = ChoiceDocumentation(summary: "four sides")
  static let side = Key("side", .number("a number above 0", above: 0), "the side")
  static let keys = [AnyKey(side)]
  init(from section: Section) throws(SpecErrors) { _ = try section.read(Self.side) }
}

@Suite struct RegistryTests {
  private let shapes = Registry<any Shape>(
    "shape", [.init(Circle.self) { $0 }, .init(Square.self) { $0 }])

  private func read(_ yaml: String) throws -> any Shape {
    let root = try StudyDocument(yaml: yaml, file: "s.yaml").root
    let key = Key("shape", shapes.format, "which shape")
    return try Section(root, expecting: "a section").read(key)
  }

  @Test func aChoiceIsANameOrANameWithSettings() throws {
    #expect((try read("shape: circle") as? Circle)?.radius == 1)
    #expect((try read("shape: {circle: {radius: 4}}") as? Circle)?.radius == 4)
  }

  @Test func unknownChoicesSuggestTheNearest() throws {
    let error = #expect(throws: SpecErrors.self) { try read("shape: cirlce") }
    #expect(
      error?.description == "s.yaml:1:8: shape: unknown shape `cirlce`; did you mean `circle`?")
  }

  @Test func aSettingThatMustBeGivenIsAskedFor() throws {
    let error = #expect(throws: SpecErrors.self) { try read("shape: square") }
    #expect(error?.description.contains("missing key `side`") ?? false)
  }

  @Test func settingsOfOtherChoicesAreNamedAsSuch() throws {
    let root = try StudyDocument(yaml: "{side: 2}", file: "s.yaml").root
    let section = try Section(root, expecting: "a section")
    let error = #expect(throws: SpecErrors.self) {
      try section.check(Circle.keys, elsewhere: shapes.keysElsewhere(than: "circle"))
    }
    #expect(error?.description.contains("belongs to shape `square`") ?? false)
  }

  @Test func theSchemaHoldsEveryChoice() {
    let text = shapes.format.schema.text
    #expect(text.contains("circle") && text.contains("square") && text.contains("radius"))
  }
}
