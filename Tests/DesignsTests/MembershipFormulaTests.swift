import Designs
import Tables
import Testing

@Suite struct MembershipFormulaTests {
  private static var columns: DataSet {
    var data = DataSet()
    data.set(
      Table(
        name: "t",
        columns: [
          Column("y", numbers: [1, 2, 3, 4, 5, 7]),
          Column("m", numbers: [1, 1, 1, 1, 1, 0]),
          Column("g1", numbers: [10, 9, 9, 10, 10, .nan]),
          Column("g2", numbers: [9, .nan, 9, 11, .nan, .nan]),
          Column("w1", numbers: [0.25, 1, 0.5, 0.5, 1, .nan]),
          Column("w2", numbers: [0.75, 0, 0.5, 0.25, 0.3, .nan]),
          Column("s01", categories: ["a", "b", "a", "b", "a", "b"]),
          Column("s02", categories: ["c", nil, "b", nil, nil, nil]),
          Column("bad", numbers: [0.25, -1, 0.5, 0.5, 1, 1]),
        ]))
    return data
  }

  private func frame(
    _ formula: String, _ data: DataSet = columns, in table: String = "t"
  ) throws
    -> ModelFrame
  {
    try Formula(parsing: formula).frame(in: data, table: table)
  }

  private func error(_ formula: String, _ data: DataSet = columns, in table: String = "t") -> String
  {
    do {
      _ = try frame(formula, data, in: table)
      return ""
    } catch { return "\(error)" }
  }

  @Test func columnsOfGroupsAndWeights() throws {
    let found = try frame("y ~ 1 + (1 | mm(g1:g2, w1:w2))")
    let factor = found.random[0].factor
    #expect(factor.name == "mm(g1:g2, w1:w2)")
    // Levels as numbers ascend; row 5 has a weight without a group, row 6 no group.
    #expect(factor.levels == ["9", "10", "11"])
    #expect(found.rowCount == 4)
    #expect(found.lost.map(\.count) == [2])
    let members = try #require(factor.memberships)
    #expect(members.starts == [0, 2, 3, 4, 6])
    #expect(members.levels == [0, 1, 0, 0, 1, 2])
    // A group that stands twice has both weights; row 4 sums to less than one and is told of.
    #expect(members.weights == [0.75, 0.25, 1, 1, 0.5, 0.25])
    #expect(found.diagnostics.map(\.code) == ["membership-weights"])
    #expect(found.diagnostics[0].message.contains("In 1 rows"))
    #expect(factor.codes == [-1, -1, -1, -1])
  }

  @Test func weightsCanBeNormalisedOrEqual() throws {
    let scaled = try frame("y ~ 1 + (1 | mm(g1:g2, w1:w2, normalise = true))")
    #expect(scaled.diagnostics.isEmpty)
    let weights = try #require(scaled.random[0].factor.memberships?.weights)
    #expect(abs(weights[4] - 2 / 3) < 1e-15)
    let equal = try frame("y ~ 1 + (1 | mm(s01:s02))")
    #expect(equal.random[0].factor.levels == ["a", "b", "c"])
    #expect(equal.random[0].factor.memberships?.weights == [0.5, 0.5, 1, 0.5, 0.5, 1, 1, 1])
    let partly = try frame("y ~ 1 + (0 + m | mm(g1:g2))")
    // A row without groups stays where its effects are zero.
    #expect(partly.rowCount == 6)
    #expect(partly.random[0].factor.memberships?.starts == [0, 2, 3, 4, 6, 7, 7])
  }

  /// s1 was in A from 2015-01-01 to 2017-09-01 and in B since; s2 in A from 2017-09-01 to 2018-09-01, in B
  /// since; when s3 joined C is not known.
  @Test func episodesByPeriod() throws {
    let found = try frame(
      "score ~ 1 + (1 | mm(membership, from = 2016-09-01, to = 2018-09-01))", Sample.data,
      in: "pupils")
    let factor = found.random[0].factor
    #expect(factor.levels == ["A", "B"])
    // Three pupils of s1 half in each; two of s2 half the period in A alone; the rest is not known.
    #expect(found.rowCount == 5)
    let members = try #require(factor.memberships)
    #expect(members.starts == [0, 2, 4, 6, 7, 8])
    let days = 730.0
    #expect(members.weights.prefix(2) == [365 / days, 365 / days])
    #expect(members.weights.suffix(2) == [365 / days, 365 / days])
    #expect(found.diagnostics.contains { $0.code == "membership-weights" })
    let trusts = try frame(
      """
      score ~ 1 + (1 | mm(membership, from = 2016-09-01, to = 2018-09-01, \
      where = kind == "federation", normalise = true))
      """, Sample.data, in: "pupils")
    #expect(trusts.random[0].factor.levels == ["A"])
    #expect(trusts.random[0].factor.memberships?.weights == [1, 1, 1, 1, 1])
  }

  @Test func episodesByColumn() throws {
    var data = Sample.data
    if var table = data[table: "membership"] {
      table.set(Column("share", numbers: [0.4, 0.6, 0.5, 1, 0.5]))
      data.set(table)
    }
    let found = try frame("score ~ 1 + (1 | mm(membership, weight = share))", data, in: "pupils")
    #expect(found.random[0].factor.levels == ["A", "B", "C"])
    #expect(found.random[0].factor.memberships?.weights.prefix(2) == [0.4, 0.6])
    #expect(found.rowCount == 7)
    #expect(found.diagnostics.isEmpty)
    let equal = try frame("score ~ 1 + (1 | mm(membership))", data, in: "pupils")
    #expect(equal.random[0].factor.memberships?.weights.prefix(2) == [0.5, 0.5])
  }

  @Test func namesAreKnownBeforeDataAreRead() throws {
    func names(_ formula: String) throws -> [String] {
      try Formula(parsing: formula).names.map {
        ($0.table.map { "\($0)." } ?? "") + $0.name + ($0.isEpisodes ? "!" : "")
      }
    }
    #expect(
      try names("y ~ x + (1 | mm(g1:g3, w1:w3))")
        == ["y", "x", "g1", "g2", "g3", "w1", "w2", "w3"])
    #expect(
      try names("y ~ x + (1 | mm(membership, weight = share))")
        == ["y", "x", "membership!", "membership.share"])
    #expect(
      try names("y ~ 1 + (1 | mm(membership, from = start, to = end, where = kind == \"f\"))")
        == ["y", "membership!", "start", "end", "membership.kind"])
  }

  @Test(arguments: [
    ("y ~ mm(g1, w1)", "stands after a bar"),
    ("y ~ 1 + (1 | mm(g1:g2, w1))", "2 columns of groups need as many of weights, found 1"),
    ("y ~ 1 + (1 | mm(g1:y, w1:w2))", "a range of numbered columns"),
    ("y ~ 1 + (1 | mm(g1:g3, w1:w3))", "unknown column `g3`"),
    ("y ~ 1 + (1 | mm(s01:s02, bad:w2))", "a range of numbered columns"),
    ("y ~ 1 + (1 | mm(g1, bad))", "weights above 0, found -1.0"),
    ("y ~ 1 + (1 | mm(g1, s01))", "weights in `s01`"),
    ("y ~ 1 + (1 | mm(g1:g2, w1:w2, scale = true))", "unknown argument `scale`"),
    ("y ~ 1 + (1 | mm(g1:g2, w1:w2, normalise = 2))", "expected `mm("),
    ("y ~ 1 + (1 | mm(nothing, weight = w))", "unknown table `nothing`"),
    ("y ~ 1 + (1 | mm())", "expected `mm("),
    ("y ~ 1 + (1 | s01/mm(g1:g2, w1:w2))", "a grouping column"),
    ("y ~ 1 + (1 | s01:mm(g1:g2, w1:w2))", "a grouping column"),
  ])
  func errors(_ formula: String, _ expected: String) {
    #expect(error(formula).contains(expected), "\(formula): \(error(formula))")
  }
}
