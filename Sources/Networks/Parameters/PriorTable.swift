public import Tables

/// Priors by name: those that come with the program, and those that a study brings, which win.
public struct PriorTable: Sendable {
  /// Of the shipped table `Data/priors/priors.csv`; raised with every change of a number.
  public static let version = 1

  public let priors: [Prior]

  public init(_ priors: [Prior]) { self.priors = priors }

  public subscript(name: String) -> Prior? { priors.first { $0.name == name } }

  /// These with others in front, which replace those of the same name.
  public func adding(_ own: [Prior]) -> PriorTable {
    let names = Set(own.map(\.name))
    return PriorTable(own + priors.filter { !names.contains($0.name) })
  }

  /// The priors of a table with columns `name`, `distribution`, `value`, `spread`, `unit`, `label`, `meaning` and
  /// `source`.
  ///
  /// - Throws: ``ScenarioError/unknownColumn(_:table:)`` or ``ScenarioError/badPrior(table:row:_:)``
  public init(_ table: Table) throws(ScenarioError) {
    func texts(_ name: String) throws(ScenarioError) -> [String?] {
      guard let column = table[name] else { throw .unknownColumn(name, table: table.name) }
      switch column.storage {
      case .codes(let codes, let levels): return codes.map { $0 < 0 ? nil : levels[Int($0)] }
      case .numbers(let values): return values.map { $0.isNaN ? nil : "\($0)" }
      }
    }
    func numbers(_ name: String) throws(ScenarioError) -> [Double] {
      guard let column = table[name] else { throw .unknownColumn(name, table: table.name) }
      guard case .numbers(let values) = column.storage else {
        throw .notNumeric(name, table: table.name)
      }
      return values
    }
    let (names, kinds) = (try texts("name"), try texts("distribution"))
    let (values, spreads) = (try numbers("value"), try numbers("spread"))
    let (units, labels) = (try texts("unit"), try texts("label"))
    let (meanings, sources) = (try texts("meaning"), try texts("source"))
    var priors: [Prior] = []
    for row in 0..<table.rowCount {
      func bad(_ problem: String) -> ScenarioError {
        .badPrior(problem, at: table.place(of: row))
      }
      guard let name = names[row] else { throw bad("it has no name") }
      guard !priors.contains(where: { $0.name == name }) else {
        throw bad("`\(name)` stands twice")
      }
      guard let label = labels[row].flatMap(EvidenceSource.init), label != .estimate else {
        throw bad("its label is \(labels[row] ?? "missing"): expected `evidence` or `assumption`")
      }
      guard let source = sources[row], !source.isEmpty else { throw bad("it has no source") }
      guard
        let spread = Self.spread(kinds[row] ?? "fixed", value: values[row], spread: spreads[row])
      else {
        throw bad(
          "distribution `\(kinds[row] ?? "")` with value \(values[row]) and spread \(spreads[row]): "
            + "expected `fixed`, `normal`, `uniform` or `lognormal`, with a spread above 0 but for `fixed`"
        )
      }
      priors.append(
        Prior(
          name, spread, unit: units[row] ?? "", label, meanings[row] ?? "", source: source))
    }
    self.priors = priors
  }

  /// Normal: mean and sd. Uniform: middle and half width. Lognormal: median and sd of the logarithm.
  private static func spread(_ kind: String, value: Double, spread: Double) -> Spread? {
    guard value.isFinite else { return nil }
    if kind == "fixed" { return .fixed(value) }
    guard spread.isFinite, spread > 0 else { return nil }
    switch kind {
    case "normal": return .normal(mean: value, sd: spread)
    case "uniform": return .uniform(low: value - spread, high: value + spread)
    case "lognormal": return value > 0 ? .lognormal(median: value, sd: spread) : nil
    default: return nil
    }
  }

  /// As a table, in the form that the shipped file has.
  public var rows: [PriorRow] { priors.map(PriorRow.init) }
}

/// A row of the table of priors.
public struct PriorRow: TidyRow {
  public let prior: Prior

  public init(_ prior: Prior) { self.prior = prior }

  public static let schema = [
    Field("name", "What a study calls it."),
    Field("distribution", "fixed, normal, uniform or lognormal."),
    Field("value", "The value, mean, middle or median."),
    Field("spread", "The sd, half width, or sd of the logarithm; empty where fixed."),
    Field("unit", "Of value and spread."),
    Field("label", "Whether it is evidence or an assumption."),
    Field("meaning", "What the number is."),
    Field("source", "Who says so."),
  ]

  public var cells: [Cell] {
    let (kind, value, spread): (String, Double, Double?) =
      switch prior.spread {
      case .fixed(let value): ("fixed", value, nil)
      case .normal(let mean, let sd): ("normal", mean, sd)
      case .uniform(let low, let high):
        ("uniform", Self.short((low + high) / 2), Self.short((high - low) / 2))
      case .lognormal(let median, let sd): ("lognormal", median, sd)
      }
    return [
      .text(prior.name), .text(kind), .number(value), .optional(spread), .text(prior.unit),
      .text(prior.label.rawValue), .text(prior.meaning), .text(prior.source),
    ]
  }

  private static func short(_ value: Double) -> Double { (value * 1e9).rounded() / 1e9 }
}
