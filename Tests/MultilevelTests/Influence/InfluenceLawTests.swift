import Designs
import Foundation
import LinearAlgebra
import Multilevel
import StudyFiles
import Tables
import TestSupport
import Testing

@Suite("Leaving out groups")
struct InfluenceLawTests {
  @Test(
    "equals fits to the rows that are left",
    arguments: [
      RandomDesign.Structure.oneFactor, .slope, .independentSlope, .nested, .nestedSlope,
      .fourLevels, .crossed, .crossedSlopes, .crossedInAreas, .threeCrossed, .weighted, .offset,
      .farAway,
    ])
  func bruteForce(_ structure: RandomDesign.Structure) throws {
    let design = RandomDesign(structure, seed: 21, rows: 160)
    for criterion in [LikelihoodCriterion.reml, .ml] {
      let fit = try LinearMixedModel(criterion: criterion).fit(design.frame)
      for factor in fit.factors {
        let analysis = try fit.influence(of: factor.name, threads: 2)
        #expect(analysis.levels.map(\.level) == factor.levels)
        for index in stride(from: 0, to: factor.levels.count, by: max(1, factor.levels.count / 3)) {
          let left = without(design, factor.name, index)
          let brute = try? LinearMixedModel(criterion: criterion).fit(left.frame)
          guard let brute, let ours = analysis.levels[index].without else {
            #expect(brute == nil && analysis.levels[index].without == nil)
            continue
          }
          #expect(analysis.levels[index].rows == design.rowCount - left.rowCount)
          for k in fit.coefficients.indices {
            #expect(
              isClose(
                ours.coefficients[k], brute.coefficients[k],
                absolute: 2e-6 * brute.standardErrors[k]))
            let change = (fit.coefficients[k] - brute.coefficients[k]) / brute.standardErrors[k]
            #expect(isClose(ours.dfbetas[k], change, absolute: 1e-5))
          }
          let variances =
            fit.factors.flatMap { factor in
              brute.terms.filter { $0.group == factor.name }.flatMap { $0.covariance.diagonal }
            } + [brute.sigma * brute.sigma]
          let scale = brute.sigma * brute.sigma
          for (mine, theirs) in zip(ours.variances, variances) {
            #expect(isClose(mine, theirs, relative: 2e-5, absolute: 2e-5 * scale))
          }
        }
      }
    }
  }

  private func without(_ design: RandomDesign, _ name: String, _ level: Int) -> RandomDesign {
    let term = design.random.first { $0.factor.name == name }
    let codes = term?.factor.codes ?? []
    return design.keeping(codes.indices.filter { codes[$0] != Int32(level) })
  }

  @Test("names groups that turn the effect, and says which cannot be spared")
  func doubts() throws {
    // Treated schools gain, all but one that falls far behind; one school alone has the special column.
    var (school, treated, special, y): ([String], [Double], [Double], [Double]) = ([], [], [], [])
    for j in 0..<10 {
      for i in 0..<20 {
        school.append("s\(j)")
        treated.append(j % 2 == 0 ? 1 : 0)
        special.append(j == 9 ? Double(i % 2) : 0)
        let noise = Double((i * 7 + j * 13) % 11) / 5 - 1
        y.append(noise + 0.05 * Double(j % 3) + (j == 4 ? -3 : j % 2 == 0 ? 0.6 : 0))
      }
    }
    let table = Table(
      name: "data",
      columns: [
        Column("school", categories: school.map { $0 }, levels: nil),
        Column("treated", numbers: treated), Column("special", numbers: special),
        Column("y", numbers: y),
      ])
    var set = DataSet()
    set.set(table)
    let step = MultilevelStep(
      data: text("data"), formula: text("y ~ treated + special + (1 | school)"),
      effect: MultilevelStep.EffectRequest(of: text("treated")),
      further: PostEstimation(influence: text("school")))
    let result = try step.run(step.frame(in: set))
    let analysis = try result.fit.influence(of: "school")
    #expect(analysis.levels.filter { $0.without == nil }.map(\.level) == ["s9"])
    let needed = try #require(result.diagnostics.first { $0.code == "group-needed" })
    #expect(needed.message.contains("`s9`"))
    let turning = try #require(result.diagnostics.first { $0.code == "influential-group" })
    #expect(turning.message.contains("`s4`") && !turning.message.contains("`s0`"))
    let largest = analysis.levels.max {
      ($0.without?.cooksDistance ?? 0) < ($1.without?.cooksDistance ?? 0)
    }
    #expect(largest?.level == "s4")
    #expect(throws: EstimationError.unknownFactor("la", known: ["school"])) {
      try result.fit.influence(of: "la")
    }
  }

  private func text(_ text: String) -> LocatedText {
    LocatedText(text, at: SourceLocation(file: "study.yaml", line: 1, column: 1))
  }
}
