import Foundation
import LinearAlgebra
import Matching
import Probability
import Tables
import TestSupport
import Testing

@Suite struct OptimalFullTests {
  @Test(
    "the exact totals of the reference data",
    .enabled(if: SharedReference.isPresent, Comment(rawValue: SharedReference.absence)))
  func references() throws {
    let folder = try #require(SharedReference.folder).appendingPathComponent("matching")
    func read(_ path: String) throws -> JSON {
      try JSON(parsing: String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8))
    }
    let lines = try #require(read("exact_line_optima.json")["results"])
    for (name, data) in [
      ("lalonde", try ReferenceData.lalonde(in: folder)),
      ("hsb", try ReferenceData.schools(in: folder)),
    ] {
      let objectives = try read("\(name)/objectives.json")
      func total(_ distance: any MatchingDistance) throws -> MatchedSample.Optimum {
        let match = try MatchDesign(method: OptimalFull(), distance: distance).match(
          data.candidates(), seed: Seed(1))
        #expect(match.reasons.allSatisfy { $0 == nil })
        return try #require(match.sample.optimum)
      }
      let mahalanobis = try total(Mahalanobis())
      let expected = try #require(objectives["full_mahalanobis_exact_optimum"]?.number)
      #expect(isClose(mahalanobis.objective, expected, relative: 1e-9))
      #expect(isClose(mahalanobis.dual, expected, relative: 1e-9))
      for (scale, key) in [(PropensityScore.Scale.probability, "ps"), (.logit, "logit")] {
        let found = try total(PropensityScore(scale: scale))
        let expected = try #require(
          lines[name]?["\(key)_full_matching_min_total"]?.number, "\(name) \(key)")
        #expect(isClose(found.objective, expected, relative: 1e-7), "\(name) \(key)")
        #expect(isClose(found.dual, found.objective, relative: 1e-9), "\(name) \(key)")
      }
    }
  }
}
