public import StudyFiles
internal import Tables

extension ScoreColumn {
  public static let name = "score"

  public static let documentation = ChoiceDocumentation(
    summary: "difference in a propensity score that stands in a column, fitted elsewhere",
    formula: "|logit e_i − logit e_j|, or |e_i − e_j|",
    reference: "Rosenbaum & Rubin 1983, DOI 10.1093/biomet/70.1.41; for units in groups Arpino & "
      + "Mealli 2011, DOI 10.1016/j.csda.2010.11.008")

  static let columnKey = Key(
    "column", .text("the name of a column"), "the column that holds each unit's score")
  static let holdsKey = Key(
    "holds", ValueFormat<PropensityScore.Scale>.oneOf("scale"), default: .probability,
    shown: "probability", "whether the column holds probabilities or their logits")
  static let scaleKey = Key(
    "scale", ValueFormat<PropensityScore.Scale>.oneOf("scale"), default: .logit, shown: "logit",
    "where differences and calipers are taken")

  public static let keys = [AnyKey(columnKey), AnyKey(holdsKey), AnyKey(scaleKey)]

  public init(from section: Section) throws(SpecErrors) {
    self.init(
      try section.read(Self.columnKey).text, holds: try section.read(Self.holdsKey),
      scale: try section.read(Self.scaleKey))
  }
}

extension ValueFormat where Value == any MatchingDistance {
  /// A registered distance; `{score: COLUMN}` is short for `{score: {column: COLUMN}}`.
  static var matchingDistance: Self {
    let registered = Registry.matchingDistances.format
    let short: JSON = [
      "type": "object", "properties": [ScoreColumn.name: ["type": "string"]],
      "additionalProperties": false, "required": [.string(ScoreColumn.name)],
    ]
    return ValueFormat(
      registered.expectation, schema: ["anyOf": [registered.schema, short]]
    ) { (node) throws(SpecErrors) in
      guard case .mapping(let pairs) = node.content, pairs.count == 1,
        pairs[0].key.text == ScoreColumn.name, case .scalar(let column) = pairs[0].value.content
      else { return try registered.read(node) }
      return ScoreColumn(column)
    }
  }
}
