import Matching
import Probability
import StudyFiles
import Tables
import TestSupport
import Testing

@Suite("Strata in a study, and where they cannot be had")
struct StrataStepTests {
  private func step(_ yaml: String) throws(SpecErrors) -> MatchStep {
    let root = try StudyDocument(yaml: yaml, file: "study.yaml").root
    return try MatchStep(from: Section(root, expecting: "a match step"))
  }

  private func problems(_ yaml: String) -> String {
    do throws(SpecErrors) {
      _ = try step(yaml)
      return ""
    } catch { return error.description }
  }

  @Test("settings are read with their defaults")
  func reading() throws {
    let head = "data: schools\ntreated: joined\ncovariates: [ses, size]\nestimand: ate\n"
    #expect(
      try step(head + "method: subclass").method as? PropensitySubclasses
        == PropensitySubclasses(subclasses: 6))
    #expect(
      try step(head + "method: subclass\nsubclasses: 4").method as? PropensitySubclasses
        == PropensitySubclasses(subclasses: 4))
    #expect(try step(head + "method: exact").method is ExactStrata)
    #expect(try step(head + "method: cem").method as? CoarsenedExact == CoarsenedExact())
    #expect(
      try step(head + "method: cem\nbins: {ses: 5}\ncutpoints: {size: [50, 100]}").method
        as? CoarsenedExact
        == CoarsenedExact([.init("ses", .bins(5)), .init("size", .cutpoints([50, 100]))]))
  }

  @Test("mistakes are located and say what is accepted")
  func mistakes() {
    let head = "covariates: [ses, size]\n"
    #expect(problems(head + "method: subclass\nsubclasses: 1").contains("a whole number from 2"))
    #expect(
      problems(head + "method: subclass\ndistance: mahalanobis").contains("`distance: propensity`"))
    #expect(problems(head + "method: cem\ncaliper: {ses: 1}").contains("leave `caliper` out"))
    #expect(problems(head + "method: cem\nbins: {sees: 3}").contains("unknown covariate `sees`"))
    #expect(
      problems(head + "method: cem\nbins: {ses: 3}\ncutpoints: {ses: 0}").contains(
        "give one of them"))
    #expect(problems(head + "method: exact\nbins: {ses: 3}").contains("matching method `cem`"))
    #expect(problems(head + "method: subclass\nestimand: ato").contains("serves"))
  }

  private let numbers = Covariate("x", .numbers([1, 2, 3, 4, 5, 6]))
  private let kind = Covariate(
    "kind", .factor(codes: [0, 0, 1, 0, 1, 2], levels: ["a", "b", "c"]))
  private let treated = [true, false, true, false, false, true]

  private func error(_ design: MatchDesign, _ covariates: [Covariate]) -> MatchingError? {
    do throws(MatchingError) {
      _ = try design.match(
        Candidates(treated: treated, covariates: covariates), seed: Seed(1))
      return nil
    } catch { return error }
  }

  @Test("no stratum with both arms, calipers, factors in bins, an estimand not served")
  func refusals() {
    #expect(
      error(MatchDesign(method: ExactStrata()), [numbers]) == .oneSidedStrata(strata: 6))
    #expect(
      error(
        MatchDesign(method: CoarsenedExact(), propensityCaliper: CaliperWidth(1, .own)), [numbers])
        == .calipersNotKept(method: "cem"))
    #expect(
      error(MatchDesign(method: CoarsenedExact([.init("kind", .bins(2))])), [numbers, kind])
        == .notABinnedCovariate(setting: "bins", name: "kind"))
    #expect(
      error(MatchDesign(estimand: .ato, method: ExactStrata()), [kind])
        == .unsupportedEstimand(method: "exact", estimand: .ato, supported: [.att, .atc, .ate]))
  }

  @Test("who has no equal leaves with the reason, and the rest is weighted by stratum")
  func reasons() throws {
    let match = try MatchDesign(method: ExactStrata()).match(
      Candidates(treated: treated, covariates: [kind]), seed: Seed(1))
    #expect(match.sample.sets == [0, 0, 1, 0, 1, -1])
    #expect(match.sample.weights == [1, 0.75, 1, 0.75, 1.5, 0])
    #expect(match.reasons == [nil, nil, nil, nil, nil, .emptyCell])
    #expect(match.score == nil)
    #expect(match.diagnostics.contains { $0.code == "estimand-restated" })
  }

  @Test("a value on a bound is in the upper bin, and the outer bins have no end")
  func bounds() throws {
    // Bins of 1 … 6 in two: from 3.5; cut at 3: the third unit is in the upper one.
    for (rule, sets) in [
      (CoarsenedExact.Coarsening.bins(2), [0, 0, 0, 1, 1, 1]),
      (.cutpoints([3]), [0, 0, 1, 1, 1, 1]),
      (.cutpoints([-10, 100]), [0, 0, 0, 0, 0, 0]),
    ] {
      let match = try MatchDesign(method: CoarsenedExact([.init("x", rule)])).match(
        Candidates(treated: treated, covariates: [numbers]), seed: Seed(1))
      #expect(match.sample.sets == sets.map(Int32.init))
    }
  }

  @Test("fewer units than subclasses make fewer, with everybody in one and a warning")
  func fewUnits() throws {
    let match = try MatchDesign(method: PropensitySubclasses(subclasses: 50)).match(
      Candidates(treated: treated, covariates: [numbers]), seed: Seed(1))
    #expect(!match.sample.weights.contains(0))
    #expect(Set(match.sample.sets).count <= 3)
    #expect(match.diagnostics.contains { $0.code == "fewer-subclasses" })
  }

  @Test("errors treat the units of a stratum singly unless asked otherwise")
  func errors() throws {
    let candidates = RandomCandidates(seed: 3, ties: true).candidates
    var stream = RandomStream(Seed(9)["outcome"])
    let outcome = Covariate("y", .numbers(candidates.treated.map { _ in stream.normal() }))
    let match = try MatchDesign(method: PropensitySubclasses()).match(candidates, seed: Seed(1))
    let plain = try DesignEffect.estimate(match, outcome: outcome).effect
    #expect(try DesignEffect.estimate(match, outcome: outcome, errors: .hc3).effect == plain)
    let clustered = try DesignEffect.estimate(match, outcome: outcome, errors: .cr1).effect
    #expect(clustered.degreesOfFreedom == Double(Set(match.sample.sets).count - 1))
  }
}
