import Foundation
import Networks
import StudyFiles
import Testing

/// What `describe` prints of every choice.
@Suite struct RegistryTests {
  private func check<Kind>(_ registry: Registry<Kind>, formula: Bool) {
    #expect(Set(registry.names).count == registry.names.count)
    for entry in registry.entries {
      #expect(!entry.documentation.summary.isEmpty, "\(entry.name)")
      if formula { #expect(!entry.documentation.formula.isEmpty, "\(entry.name)") }
      for key in entry.keys { #expect(!key.meaning.isEmpty, "\(entry.name).\(key.name)") }
    }
  }

  @Test func everyChoiceIsDocumented() {
    check(Registry.networkEffects, formula: true)
    check(Registry.behaviourEffects, formula: true)
    check(Registry.rateEffects, formula: true)
    check(Registry.consentRules, formula: false)
    check(Registry.policies, formula: true)
    check(Registry.measures, formula: false)
  }

  @Test func effectsTakeTheColumnsTheyNeed() throws {
    for (call, ok) in [
      ("density", true), ("density(la)", false), ("\"same(fsm)\"", true),
      ("\"same(la, fsm)\"", false), ("similar", false), ("similar(la", false),
    ] {
      let yaml = ScenariosStepTests.study.replacingOccurrences(
        of: "{density: -2.2, log-distance: -0.5, same(la): 0.4,", with: "{\(call): 0.1,")
      #expect(((try? ScenariosStepTests.step(yaml)) != nil) == ok, "\(call)")
    }
  }

  @Test func registersAreWrittenAsSections() throws {
    func design(_ yaml: String) throws -> RegisterDesign {
      let section = try Section(
        StudyDocument(yaml: yaml, file: "spec.yaml").root, expecting: "a register")
      try section.check(RegisterDesign.keys)
      return try RegisterDesign(from: section)
    }
    let changed = try design("{effect: 0.2, others: 500, pairs: 60}")
    #expect(changed.effect == 0.2 && changed.others == 500 && changed.federations == 75)
    #expect(try design("{effect: 0.12}") == RegisterDesign())
    #expect(throws: SpecErrors.self) { try design("{authorities: 40}") }
    #expect(throws: SpecErrors.self) { try design("{others: 0, pairs: 900}") }
    #expect(throws: SpecErrors.self) { try design("{pupils: 3}") }
  }
}
