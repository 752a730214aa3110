package import Designs
internal import LinearAlgebra
package import Probability

/// The sums that refits read, drawn and computed from rows, for tests of the law.
package struct ResponseProbe: Sendable {
  private let law: ResponseLaw
  private let problems: [Problem]

  /// - Parameter unconditional: of the same rows.
  package init(
    _ fit: LinearMixedModelFit, unconditional: LinearMixedModelFit? = nil
  ) throws(EstimationError) {
    problems = [fit.problem] + (unconditional.map { [$0.problem] } ?? [])
    let host = fit.problem
    let sources = problems.map { ResponseLaw.Source($0, in: host) }
    law = try ResponseLaw(
      try fit.point(sources[0]), host: host, frame: (unconditional ?? fit).frame, targets: sources)
  }

  /// *Gᵀy\** and *Zᵀy\** of each model, standardised, one after another.
  package func draw(_ replicate: Int, _ seed: Seed) -> [Double] {
    let draw = law.draw(replicate, seed)
    return problems.indices.flatMap { draw.gram[$0] + draw.panel[$0] }
  }

  /// The same of the rows of a frame: each model's own, with another response.
  package func products(_ frames: [ModelFrame]) throws(EstimationError) -> [Double] {
    var result: [Double] = []
    for (problem, frame) in zip(problems, frames) {
      let products = try CrossProducts(frame, problem.structure, problem.standard, threads: 1)
      let c = problem.order
      result += (0..<c).map { products.gram[(c - 1) * c + $0] }
      let panel = products.fixed.flatMap { $0 }
      result += stride(from: c - 1, to: panel.count, by: c).map { panel[$0] }
    }
    return result
  }
}
