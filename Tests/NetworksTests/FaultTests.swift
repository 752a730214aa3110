import Networks
import Testing

/// Whose fault a problem is, which a run tells by its exit code.
@Suite struct FaultTests {
  @Test func faultsAreToldApart() {
    let missing = ScenarioError.missingValues(column: "fsm", count: 1, of: 24, at: "schools.csv:5")
    #expect(missing.fault == .data)
    #expect(FormationError.data(missing).fault == .data)
    #expect(SummaryProblem.data(missing).fault == .data)
    #expect(
      FormationError.brokenRule("disjoint", table: "rule", wave: "t1", ties: 2).fault == .data)
    #expect(FormationError.neverPresent(actor: "104").fault == .data)
    #expect(ScenarioError.noLocations(needed: "apart").fault == .study)
    #expect(ScenarioError.termNotNamed(step: "model", known: ["a", "b"]).fault == .study)
    #expect(FormationError.data(.rule("of(x)", "cannot be evaluated")).fault == .study)
    #expect(ScenarioError.runaway(policy: "none", year: 3, meanDegree: 90).fault == .model)
    #expect(ScenarioError.families("no division was found").fault == .model)
    #expect(FormationError.collinear(effect: "same(la)", with: ["density"]).fault == .model)
    #expect(FormationError.noChange(variable: "ties", period: 1).fault == .model)
    #expect(FormationError.atEdge(tied: false).fault == .model)
    #expect(SummaryProblem.priorsRunAway(share: 1).fault == .model)
  }

  /// Waves that hold no tie, or every tie, say so before anything is simulated.
  @Test(arguments: [true, false])
  func wavesAtTheEdgeAreNamed(tied: Bool) throws {
    let some = Network(actors: 6, directed: true, ties: [(from: 0, to: 1), (from: 1, to: 2)])
    var edge = Network(actors: 6, directed: true)
    if tied { for a in 0..<6 { for b in 0..<6 where a != b { edge.toggle(a, b) } } }
    let panel = try Panel(waves: [PanelState(some), PanelState(edge)])
    let model = PanelModel(
      directed: true, terms: [PanelModel.NetworkTerm("density", Density())])
    #expect(throws: FormationError.atEdge(tied: tied)) {
      _ = try MomentEstimator(model, panel, replicates: 100)
    }
  }
}
