import Designs
import Matching
import Probability

/// Small random populations: few distinct values and so many ties, or none.
struct RandomCandidates {
  let candidates: Candidates

  init(seed: Int, ties: Bool, strata: Int = 1, places: Bool = false) {
    var stream = RandomStream(Seed(UInt64(seed))["candidates"])
    let treatedCount = 6 + stream.index(below: 15)
    let count = treatedCount + 8 + stream.index(below: 50)
    var treated = (0..<count).map { $0 < treatedCount }
    for i in stride(from: count - 1, to: 0, by: -1) {
      treated.swapAt(i, stream.index(below: i + 1))
    }
    func variable(_ name: String, shift: Double, levels: Int) -> Covariate {
      let values = treated.map { isTreated in
        let value = stream.normal() + (isTreated ? shift : 0)
        return ties ? (value * Double(levels)).rounded() : value
      }
      return Covariate(name, .numbers(values))
    }
    let covariates = [
      variable("x", shift: 0.4, levels: 1), variable("y", shift: -0.3, levels: 2),
      variable("z", shift: 0, levels: 1),
      Covariate(
        "kind",
        .factor(
          codes: treated.map { _ in Int32(stream.index(below: 3)) }, levels: ["a", "b", "c"])),
    ]
    let exact = Covariate(
      "stratum",
      .factor(
        codes: treated.map { _ in Int32(stream.index(below: strata)) },
        levels: (0..<strata).map { "s\($0)" }))
    let locations: [Place?]? =
      places
      ? treated.map { _ in
        .grid(easting: 30_000 * stream.uniform(), northing: 30_000 * stream.uniform())
      } : nil
    candidates = Candidates(
      treated: treated, covariates: covariates, exact: strata > 1 ? [exact] : [],
      measured: [covariates[0]], places: locations,
      score: Covariate("score", .numbers(treated.map { _ in 0.05 + 0.9 * stream.uniform() })))
  }
}

extension Candidates {
  /// The same units in another order: unit i of the result is unit `order[i]` of this.
  func permuted(_ order: [Int]) -> Candidates {
    func permuted(_ covariate: Covariate) -> Covariate {
      switch covariate.values {
      case .numbers(let values): Covariate(covariate.name, .numbers(order.map { values[$0] }))
      case .factor(let codes, let levels):
        Covariate(covariate.name, .factor(codes: order.map { codes[$0] }, levels: levels))
      }
    }
    return Candidates(
      treated: order.map { treated[$0] }, covariates: covariates.map(permuted),
      exact: exact.map(permuted), measured: measured.map(permuted),
      places: places.map { places in order.map { places[$0] } }, score: score.map(permuted))
  }

  /// The numbers of a covariate; a factor's codes.
  func numbers(_ covariate: Covariate) -> [Double] {
    switch covariate.values {
    case .numbers(let values): values
    case .factor(let codes, _): codes.map(Double.init)
    }
  }
}
