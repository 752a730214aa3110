import StudyFiles
import Tables
import Testing

private enum Shade: String, CaseIterable, Sendable {
  case light
  case dark
}

private enum Keys {
  static let size = Key("size", .number("a number above 0", above: 0), "how large")
  static let count = Key(
    "count", .integer("a whole number from 1", atLeast: 1), default: 3, shown: "3", "how many")
  static let shade = Key(
    "shade", ValueFormat<Shade>.oneOf("shade"), default: .dark, shown: "dark", "which shade")
  static let names = Key(
    "names", ValueFormat.list(of: .text("a name")), default: [], shown: "none", "some names")
  static let wide = Key.optional("wide", .flag, "whether it is wide")
  static let all = [
    AnyKey(size), AnyKey(count), AnyKey(shade), AnyKey(names), AnyKey(wide),
    .notAvailable("later"),
  ]
}

@Suite struct SectionTests {
  private func section(_ yaml: String) throws -> Section {
    try Section(try StudyDocument(yaml: yaml, file: "s.yaml").root, expecting: "a section")
  }

  private func problems(_ yaml: String) throws -> [String] {
    do throws(SpecErrors) {
      try Section(try StudyDocument(yaml: yaml, file: "s.yaml").root, expecting: "").check(Keys.all)
      return []
    } catch { return error.problems.map(\.description) }
  }

  @Test func valuesAndDefaultsAreRead() throws {
    let read = try section("{size: 2.5, names: one, shade: light}")
    #expect(try read.read(Keys.size) == 2.5)
    #expect(try read.read(Keys.count) == 3)
    #expect(try read.read(Keys.shade) == .light)
    #expect(try read.read(Keys.names).map(\.text) == ["one"])
    #expect(try read.read(Keys.wide) == nil)
  }

  @Test func everyMistakeIsFoundAtOnce() throws {
    let found = try problems("size: -1\ncuont: 2\nshade: drak\nlater: 1\nwide: yes\n")
    #expect(
      found == [
        "s.yaml:1:7: size: expected a number above 0, found `-1`",
        "s.yaml:2:1: unknown key `cuont`; did you mean `count`?",
        "s.yaml:3:8: shade: unknown shade `drak`; did you mean `dark`?",
        "s.yaml:4:1: later: `later` is not available in this version",
        "s.yaml:5:7: wide: expected `true` or `false`, found `yes`",
      ])
  }

  @Test func aMissingKeySaysWhatIsExpected() throws {
    #expect(
      try problems("count: 2") == [
        "s.yaml:1:1: missing key `size`: expected a number above 0"
      ])
  }

  @Test(arguments: ["0x10", "nan", "inf", "1_000", "ten", "1,5", ""])
  func whatIsNotADecimalNumberIsRefused(text: String) throws {
    #expect(try problems("size: '\(text)'").count == 1)
  }

  @Test(arguments: [("0.2 sd", 0.2, "sd"), ("5 km", 5, "km"), ("10 years", 10, "year")])
  func quantitiesCarryUnits(text: String, value: Double, unit: String) throws {
    let key = Key("q", .quantity("a quantity", units: ["sd", "km", "year"]), "a quantity")
    #expect(try section("q: \(text)").read(key) == Quantity(value, unit))
  }

  @Test func aQuantityWithoutItsUnitIsRefused() throws {
    let key = Key("q", .quantity("a distance such as `5 km`", units: ["km"]), "a distance")
    let read = try section("q: 5")
    #expect(throws: SpecErrors.self) { try read.read(key) }
  }

  @Test func callsKnowTheirArguments() throws {
    let place = SourceLocation(file: "s.yaml", line: 3, column: 10)
    let call = try Call(LocatedText("gap(reading, max(fsm, 1))", at: place), path: "")
    #expect(call.name.text == "gap")
    #expect(call.arguments.map(\.text) == ["reading", "max(fsm, 1)"])
    #expect(call.arguments.map(\.location.column) == [14, 23])
    #expect(throws: SpecErrors.self) {
      try Call(LocatedText("gap(reading", at: place), path: "")
    }
  }
}
