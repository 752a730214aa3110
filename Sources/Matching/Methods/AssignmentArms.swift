internal import LinearAlgebra

/// The eligible units of a problem as the assignment kernels see them: one arm asks, the other is asked.
struct AssignmentArms {
  let problem: MatchingProblem
  let asking: [Int]
  let asked: [Int]
  /// A column of coordinates for each unit.
  let askingPoints: Matrix
  let askedPoints: Matrix

  /// - Parameter treatedAsk: whether the treated are the arm that asks.
  init(_ problem: MatchingProblem, asking treatedAsk: Bool) {
    self.problem = problem
    let eligible = (0..<problem.count).filter { problem.eligible[$0] }
    asking = eligible.filter { problem.treated[$0] == treatedAsk }
    asked = eligible.filter { problem.treated[$0] != treatedAsk }
    let dimensions = Array(0..<problem.coordinates.rows)
    askingPoints = problem.coordinates.selecting(rows: dimensions, columns: asking)
    askedPoints = problem.coordinates.selecting(rows: dimensions, columns: asked)
  }

  /// Poses and solves a problem under the match's strata and calipers.
  func solve<Solution>(
    _ kernel: (PairRules) throws(AssignmentError) -> Solution
  ) throws(MatchingError) -> Solution {
    do throws(AssignmentError) {
      return try kernel(try rules())
    } catch {
      if case .notFinite(let arm, let unit, _) = error {
        throw .notFiniteDistance(unit: arm == .treated ? asking[unit] : asked[unit])
      }
      throw .brokenConstraint(
        name: "assignment", declared: "a problem that can be posed", found: "\(error)")
    }
  }

  private func rules() throws(AssignmentError) -> PairRules {
    // On a line, calipers on the score itself limit the distance; all others are looked up pair by pair.
    let own = problem.calipers.filter {
      problem.isLine && $0.values == problem.coordinates.elements
    }
    let others = problem.calipers.filter { !own.contains($0) }
    let (asking, asked) = (asking, asked)
    let permits: @Sendable (Int, Int) -> Bool = { one, other in
      others.allSatisfy { $0.admits(asking[one], asked[other]) }
    }
    return try PairRules(
      caliper: own.map(\.limit).min() ?? .infinity,
      treatedStrata: asking.map { problem.strata[$0] },
      controlStrata: asked.map { problem.strata[$0] }, permits: others.isEmpty ? nil : permits)
  }

  /// Throws where the prices do not prove the total to 1e-9.
  func check(_ certificate: DualCertificate) throws(MatchingError) {
    guard certificate.proves(within: 1e-9) else {
      throw .brokenConstraint(
        name: "optimum", declared: "\(certificate.dual)", found: "\(certificate.primal)")
    }
  }
}
