import Designs
import Foundation
import Tables
import TestSupport
import Testing

/// Terms and matrices that R's `terms`, `model.matrix` and lme4 give for the same formulas.
@Suite struct FormulaFixtureTests {
  let fixture: JSON
  let data: DataSet

  init() throws {
    let file = fixturesFolder.appendingPathComponent("formulas/formulas.json")
    fixture = try JSON(parsing: String(contentsOf: file, encoding: .utf8))
    var columns: [Column] = []
    for (name, values) in try #require(fixture["data"]?["numbers"]?.object) {
      columns.append(Column(name, numbers: try #require(values.array).compactMap(\.number)))
    }
    for (name, value) in try #require(fixture["data"]?["categories"]?.object) {
      columns.append(
        Column(
          name, categories: try #require(value["values"]?.array).map(\.string),
          levels: try #require(value["levels"]?.array).compactMap(\.string)))
    }
    var data = DataSet()
    data.set(Table(name: "t", columns: columns))
    self.data = data
  }

  private func names(_ design: JSON?) throws -> [String] {
    try #require(design?["names"]?.array).compactMap(\.string)
  }

  private func values(_ design: JSON?) throws -> [[Double]] {
    try #require(design?["values"]?.array).map { try #require($0.array).compactMap(\.number) }
  }

  /// Elementary functions and cubes may differ from R's in the last bits.
  private func agree(_ ours: [Double], _ theirs: [Double]) -> Bool {
    ours.count == theirs.count
      && zip(ours, theirs).allSatisfy { isClose($0, $1, relative: 1e-14, absolute: 1e-15) }
  }

  private func checkFixed(_ item: JSON, contrasts: [String: Contrast] = [:]) throws {
    let text = try #require(item["formula"]?.string)
    let formula = try Formula(parsing: text)
    #expect(
      formula.termLabels == item["labels"]?.array?.compactMap(\.string), "labels of \(text)")
    #expect(JSON.bool(formula.hasIntercept) == item["intercept"], "intercept of \(text)")
    let frame = try formula.frame(
      in: data, table: "t", options: FrameOptions(contrasts: contrasts))
    let expected = try names(item["design"])
    let kept = try #require(item["kept"]?.array).compactMap(\.string)
    #expect(frame.fixedNames == kept, "columns of \(text)")
    #expect(
      frame.diagnostics.count { $0.code == "dropped-column" } == expected.count - kept.count)
    let matrix = try values(item["design"])
    for (column, name) in zip(frame.fixed, frame.fixedNames) {
      let place = try #require(expected.firstIndex(of: name))
      #expect(agree(frame.values(column), matrix[place]), "`\(name)` of \(text)")
    }
    let response = try #require(item["response"]?.array).compactMap(\.number)
    #expect(agree(frame.values(frame.response), response), "response of \(text)")
    let offset = try #require(item["offset"]?.array).compactMap(\.number)
    #expect(agree(frame.offset.map { frame.values($0) } ?? [], offset), "offset of \(text)")
  }

  @Test func fixedPartsAreThoseOfR() throws {
    let cases = try #require(fixture["fixed"]?.array)
    #expect(cases.count == 108)
    for item in cases { try checkFixed(item) }
  }

  @Test func sumContrastsAreThoseOfR() throws {
    for item in try #require(fixture["contrasts"]?.array) {
      let names = try #require(item["contrasts"]?.object).keys
      try checkFixed(
        item, contrasts: Dictionary(uniqueKeysWithValues: names.map { ($0, .sum) }))
    }
  }

  @Test func randomTermsAreThoseOfLme4() throws {
    for item in try #require(fixture["random"]?.array) {
      let text = try #require(item["formula"]?.string)
      let frame = try Formula(parsing: text).frame(in: data, table: "t")
      #expect(try frame.fixedNames == names(item["fixed"]), "fixed part of \(text)")
      let expected = try #require(item["random"]?.array)
      #expect(frame.random.count == expected.count, "terms of \(text)")
      for (term, wanted) in zip(frame.random, expected) {
        #expect(term.factor.name == wanted["group"]?.string)
        #expect(term.factor.levels == wanted["levels"]?.array?.compactMap(\.string))
        #expect(term.factor.codes.map(Double.init) == wanted["codes"]?.array?.compactMap(\.number))
        #expect(try term.columns.map { frame.columns[$0].name } == names(wanted["design"]))
        for (column, theirs) in zip(term.columns, try values(wanted["design"])) {
          #expect(agree(frame.values(column), theirs), "random part of \(text)")
        }
      }
    }
  }
}
