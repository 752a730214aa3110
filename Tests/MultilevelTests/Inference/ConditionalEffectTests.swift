import Multilevel
import Testing

@Suite struct ConditionalEffectTests {
  typealias Value = ConditionalEffect.Value
  static let names = [
    "(Intercept)", "federated", "poor", "phasesecondary", "phasespecial", "federated:poor",
    "phasesecondary:federated", "federated:phasespecial", "federated:poor:phasesecondary",
  ]

  private func weights(_ term: String, _ values: [Value]) throws -> [Double] {
    try ConditionalEffect(of: term, at: values).weights(Self.names)
  }

  @Test func withoutValuesItIsTheCoefficient() throws {
    #expect(try weights("federated", []) == [0, 1, 0, 0, 0, 0, 0, 0, 0])
    #expect(try weights("poor:federated", []) == [0, 0, 0, 0, 0, 1, 0, 0, 0])
  }

  @Test func everyProductCountsItsValues() throws {
    #expect(
      try weights("federated", [Value("poor", "1"), Value("phase", "secondary")])
        == [0, 1, 0, 0, 0, 1, 1, 0, 1])
    #expect(
      try weights("federated", [Value("poor", "0.5"), Value("phase", "special")])
        == [0, 1, 0, 0, 0, 0.5, 0, 1, 0])
    // The reference level is none of the others.
    #expect(
      try weights("federated", [Value("poor", "2"), Value("phase", "primary")])
        == [0, 1, 0, 0, 0, 2, 0, 0, 0])
    #expect(
      try weights("federated:poor", [Value("phase", "secondary")])
        == [0, 0, 0, 0, 0, 1, 0, 0, 1])
  }

  @Test func whatCannotBeSaidIsRefused() {
    #expect(throws: ConditionalEffect.Problem.unknownTerm("fed", known: Self.names)) {
      try weights("fed", [])
    }
    #expect(
      throws: ConditionalEffect.Problem.open(
        coefficient: "phasesecondary:federated", part: "phasesecondary")
    ) { try weights("federated", [Value("poor", "1")]) }
    #expect(throws: ConditionalEffect.Problem.notANumber(column: "poor", value: "yes")) {
      try weights("federated", [Value("poor", "yes"), Value("phase", "special")])
    }
    #expect(throws: ConditionalEffect.Problem.self) {
      try weights(
        "federated", [Value("poor", "1"), Value("phase", "special"), Value("sex", "girl")])
    }
  }
}
