import Designs
import Foundation
import LinearAlgebra
import Multilevel
import Tables
import TestSupport
import Testing

@Suite("Effects within and between groups")
struct WithinBetweenTests {
  private let json: JSON
  private let data: DataSet

  init() throws {
    let file = fixturesFolder.appendingPathComponent("within-between/reference.json")
    json = try JSON(parsing: String(contentsOf: file, encoding: .utf8))
    let reference = json
    func column(_ name: String) throws -> [Double] {
      try #require(reference[name]?.array).map { $0.number ?? .nan }
    }
    let school = try column("school")
    var data = DataSet()
    data.set(
      Table(
        name: "pupils",
        columns: [
          Column("school", numbers: school), Column("ses", numbers: try column("ses")),
          Column("score", numbers: try column("score")),
          Column("area", categories: school.map { $0 < 7 ? "north" : "south" }),
        ]))
    self.data = data
  }

  private func numbers(_ name: String) throws -> [Double] {
    try #require(json[name]?.array).map { try #require($0.number) }
  }

  @Test("as lme4 with columns made by hand, over the rows used")
  func reference() throws {
    for formula in [
      "score ~ within(ses) + between(ses) + (1 | school)",
      "score ~ within(ses, by = school) + between(ses, by = school) + (1 | school)",
    ] {
      let frame = try Formula(parsing: formula).frame(in: data, table: "pupils")
      #expect(frame.fixedNames == ["(Intercept)", "within(ses)", "between(ses)"])
      #expect(
        frame.lost == [
          LostRows(reason: "missing `score`", count: 1),
          LostRows(reason: "missing `ses`", count: 2),
        ])
      let fit = try LinearMixedModel().fit(frame)
      #expect(isClose(fit.deviance, try #require(json["criterion"]?.number), absolute: 1e-7))
      for (ours, theirs) in zip(fit.coefficients, try numbers("coefficients")) {
        #expect(isClose(ours, theirs, relative: 1e-6))
      }
      for (ours, theirs) in zip(fit.standardErrors, try numbers("errors")) {
        #expect(isClose(ours, theirs, relative: 1e-6))
      }
    }
  }

  @Test("the contextual effect is the difference of the two")
  func contextual() throws {
    func fit(_ formula: String) throws -> LinearMixedModelFit {
      try LinearMixedModel().fit(Formula(parsing: formula).frame(in: data, table: "pupils"))
    }
    let parts = try fit("score ~ within(ses) + between(ses) + (1 | school)")
    let plain = try fit("score ~ ses + between(ses) + (1 | school)")
    #expect(isClose(parts.deviance, plain.deviance, relative: 1e-12))
    #expect(
      isClose(
        plain.coefficients[2], parts.coefficients[2] - parts.coefficients[1], relative: 1e-8))
  }

  @Test("parts by two groups are told apart by their names; slopes may vary")
  func names() throws {
    let formula = """
      score ~ between(ses, by = area) + between(ses, by = school) + within(ses, by = school) \
      + (1 + within(ses, by = school) | school)
      """
    let frame = try Formula(parsing: formula).frame(in: data, table: "pupils")
    #expect(
      frame.fixedNames == [
        "(Intercept)", "between(ses, by = area)", "between(ses, by = school)", "within(ses)",
      ])
    #expect(frame.random[0].columns == [frame.fixed[0], frame.fixed[3]])
  }

  @Test("what cannot be meant is refused where it stands")
  func refusals() throws {
    func problem(_ formula: String) -> ExpressionError? {
      do throws(ExpressionError) {
        _ = try Formula(parsing: formula).frame(in: data, table: "pupils")
        return nil
      } catch { return error }
    }
    let two = try #require(problem("score ~ within(ses) + (1 | school) + (1 | area)"))
    #expect(two.offset == 8)
    #expect("\(two.reason)".contains("`within(ses, by = school)`"))
    #expect("\(try #require(problem("score ~ between(ses)")).reason)".contains("needs a group"))
    #expect(problem("score ~ within(ses, school) + (1 | school)") != nil)
    #expect(problem("score ~ within(area) + (1 | school)")?.offset == 15)
    #expect(problem("score ~ within(ses, by = nowhere) + (1 | school)")?.offset == 25)
    let nested = try #require(problem("score ~ I(within(ses)^2) + (1 | school)"))
    #expect("\(nested.reason)".contains("by itself"))
  }
}
