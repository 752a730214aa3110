import Networks
import Testing

/// Which problems are of the data, which a run tells from others by its exit code.
@Suite struct DataFaultTests {
  @Test func dataAreToldFromModels() {
    let ofData: [any DataFault] = [
      ScenarioError.missingValues(column: "fsm", count: 1, of: 24, firstRow: 5),
      ScenarioError.noLocations(needed: "apart"),
      ScenarioError.unknownActors(table: "t2", count: 1, first: "999"),
      FormationError.data(.selfTie(table: "t2", row: 3)),
      FormationError.noChange(variable: "ties", period: 1), FormationError.atEdge(tied: false),
      FormationError.brokenRule("disjoint", table: "rule", wave: "t1", ties: 2),
      FormationError.neverPresent(actor: "104"),
      SummaryProblem.data(.notNumeric("la", table: "schools")),
    ]
    for problem in ofData { #expect(problem.isOfData, "\(problem)") }
    let others: [any DataFault] = [
      ScenarioError.runaway(policy: "none", year: 3, meanDegree: 90),
      ScenarioError.families("no division was found"),
      FormationError.collinear(effect: "same(la)", with: ["density"]),
      FormationError.runaway(period: 1, meanDegree: 90),
      FormationError.data(.rule("of(x)", "cannot be evaluated")),
      SummaryProblem.priorsRunAway(share: 1),
    ]
    for problem in others { #expect(!problem.isOfData, "\(problem)") }
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
