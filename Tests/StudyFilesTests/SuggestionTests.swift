import StudyFiles
import Testing

@Suite struct SuggestionTests {
  @Test(arguments: [
    ("calliper", "caliper"), ("metod", "method"), ("covariate", "covariates"),
    ("ditsance", "distance"), ("Exact", "exact"),
  ])
  func slipsOfTheKeyboardAreRecognised(written: String, meant: String) {
    let known = ["caliper", "method", "covariates", "distance", "exact"]
    #expect(nearestName(to: written, among: known) == meant)
  }

  @Test func somethingElseEntirelyIsNotGuessed() {
    #expect(nearestName(to: "bootstrap", among: ["caliper", "method"]) == nil)
    #expect(suggestion(for: "bootstrap", among: ["caliper"]) == "; accepted: `caliper`")
    #expect(suggestion(for: "x", among: []) == "; none is known here")
  }
}
