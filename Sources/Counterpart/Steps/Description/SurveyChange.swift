internal import Designs
internal import LinearAlgebra
internal import Multilevel
internal import Probability
internal import Tables

/// How answers to an item change from the first wave to each later one:
/// logit P(yes) = β₀ + β_wave + u_group, u ~ N(0, τ²), by adaptive quadrature.
///
/// Respondents of one school are alike, so that a test which takes them one by one promises too much.
struct SurveyChange {
  let rows: [ChangeRow]
  let diagnostics: [Diagnostic]

  init(item: String, answers: [Bool?], waves: Labelled, groups: Labelled) {
    let used = answers.indices.filter {
      answers[$0] != nil && waves.codes[$0] >= 0 && groups.codes[$0] >= 0
    }
    let names = waves.levels
    let response = used.map { answers[$0] == true ? 1.0 : 0 }
    var columns: [ModelFrame.NamedColumn] = [.init("(Intercept)", .constant(1))]
    for (code, name) in names.enumerated().dropFirst() {
      columns.append(
        .init("wave\(name)", .values(used.map { waves.codes[$0] == Int32(code) ? 1 : 0 })))
    }
    columns.append(.init(item, .values(response)))
    let frame = ModelFrame(
      selection: nil, rowCount: used.count, columns: columns, fixed: Array(0..<names.count),
      response: names.count,
      random: [
        RandomTerm(
          factor: GroupingFactor(
            name: "group", codes: used.map { groups.codes[$0] }, levels: groups.levels),
          columns: [0])
      ])
    let groupCount = Set(used.map { groups.codes[$0] }).count
    do throws(GeneralisedModelError) {
      let fit = try GeneralisedMixedModel(.binomial(.logit), quadraturePoints: 9).fit(frame)
      let sd = (fit.variances.first?.covariance[0, 0] ?? 0).squareRoot()
      rows = names.indices.dropFirst().map { k in
        ChangeRow(
          item: item, from: names[0], to: names[k], estimate: fit.coefficients[k].estimate,
          error: fit.coefficients[k].standardError, sd: sd, groups: groupCount,
          answers: used.count)
      }
      diagnostics = rows.filter { $0.error > 10 }.map {
        Diagnostic(
          .warning, code: "no-variation",
          "almost all answers to `\(item)` are alike in wave \($0.from) or \($0.to): the change between them "
            + "has no finite estimate")
      }
    } catch {
      rows = []
      diagnostics = [
        Diagnostic(
          .warning, code: "no-change-estimate",
          "the change of `\(item)` between waves could not be estimated: \(error)")
      ]
    }
  }
}

/// A row of `changes`: an item in a later wave against the first.
struct ChangeRow: TidyRow {
  let item: String
  let from: String
  let to: String
  let estimate: Double
  let error: Double
  let sd: Double
  let groups: Int
  let answers: Int

  static let schema = [
    Field("item", "The item."),
    Field("from", "The first wave."),
    Field("to", "The later wave."),
    Field("estimate", unit: "log odds", "By how much yes became more likely within a group."),
    Field("std_error", "Its standard error."),
    Field("odds_ratio", "The same as a ratio of odds."),
    Field("ci_low", "95 % interval of the ratio, lower end."),
    Field("ci_high", "95 % interval of the ratio, upper end."),
    Field("p_value", "Two-sided, normal."),
    Field("sd_groups", unit: "log odds", "Standard deviation between groups."),
    Field("groups", "How many groups there are."),
    Field("answers", "How many answers, over all waves."),
  ]

  var cells: [Cell] {
    let reach = 1.959963984540054 * error
    return [
      .text(item), .text(from), .text(to), .number(estimate), .number(error),
      .number(PortableMath.exp(estimate)), .number(PortableMath.exp(estimate - reach)),
      .number(PortableMath.exp(estimate + reach)),
      .number(2 * Normal().cumulative(-abs(estimate) / error)), .number(sd), .count(groups),
      .count(answers),
    ]
  }
}
