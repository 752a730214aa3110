public import Designs
public import StudyFiles
internal import Tables

/// How a step's questions beside its coefficients are written.
extension StepInference {
  static let intervalsKey = Key(
    "intervals", intervalsFormat, default: .wald, shown: "wald",
    "How intervals of variances, σ, shares and coefficients are found: from standard errors, from the profile "
      + "of the ML deviance, or by refits to simulated responses.")
  static let hypothesesKey = Key(
    "hypotheses",
    ValueFormat<[Named<[Equation]>]>.named(.list(of: equationFormat, atLeast: 1)), default: [],
    shown: "none",
    "Equations between coefficients, such as `federated + 0.5 * federated:fsm = 0`; several in a list are "
      + "tested at once.")
  static let compareKey = Key(
    "compare",
    ValueFormat<[Named<LocatedText>]>.named(formulaFormat), default: [], shown: "none",
    "Smaller models that this one is tested against by likelihood ratio, by name.")
  static let predictKey = Key(
    "predict",
    ValueFormat<[Named<[GridColumn]>]>.named(gridFormat), default: [], shown: "none",
    "Average predictions where columns hold given values, by name.")
  static let marginsKey = Key(
    "margins", ValueFormat<[LocatedText]>.list(of: .text("a column"), atLeast: 1), default: [],
    shown: "none", "Columns whose average effect over the rows is given.")
  static let equivalenceKey = Key(
    "equivalence",
    ValueFormat<[Named<Quantity>]>.named(
      .quantity(
        "a number above 0, in units of the outcome or in `sd`", units: ["", "sd"],
        in: Double.leastNonzeroMagnitude ... .infinity)), default: [], shown: "none",
    "Coefficients with the largest difference that does not matter: `0.05 sd`, or in units of the outcome."
  )

  static let keys: [AnyKey] = [
    AnyKey(intervalsKey), AnyKey(hypothesesKey), AnyKey(compareKey), AnyKey(predictKey),
    AnyKey(marginsKey), AnyKey(equivalenceKey),
  ]

  /// The most values that a grid may have.
  static let gridLimit = 1_000

  static func read(_ section: Section) throws(SpecErrors) -> StepInference {
    StepInference(
      intervals: try section.read(intervalsKey), hypotheses: try section.read(hypothesesKey),
      comparisons: try section.read(compareKey), predictions: try section.read(predictKey),
      margins: try section.read(marginsKey),
      equivalence: try section.read(equivalenceKey).map {
        EquivalenceBound(
          term: $0.name, value: $0.value.value, isInDeviations: $0.value.unit == "sd")
      })
  }

  /// Keys of these that are given in a section.
  static func given(in section: Section) -> [String] {
    keys.map(\.name).filter(section.has)
  }

  private static let replicatesKey = Key(
    "replicates", .integer("a whole number from 100", atLeast: 100, atMost: 1_000_000),
    default: 1_000, shown: "1000", "How many responses are simulated.")
  private static let bootstrapKey = Key(
    "bootstrap",
    ValueFormat<Int>.section("a section with `replicates`", keys: [AnyKey(replicatesKey)]) {
      (section) throws(SpecErrors) in try section.read(replicatesKey)
    }, "The parametric bootstrap.")

  private static let intervalsFormat = ValueFormat<Intervals>.shorthand(
    ValueFormat(
      "`wald`, `profile` or `bootstrap`", schema: ["enum": ["wald", "profile", "bootstrap"]]
    ) { (node) throws(SpecErrors) in
      guard case .scalar(let text) = node.content else {
        throw node.wrongType(expected: "`wald`, `profile` or `bootstrap`")
      }
      switch text {
      case "wald": return .wald
      case "profile": return .profile
      case "bootstrap": return .bootstrap(replicates: 1_000)
      default:
        throw node.error(
          .unknownName(text, kind: "kind of interval", known: ["wald", "profile", "bootstrap"]))
      }
    },
    or: .section("`{bootstrap: {replicates: …}}`", keys: [AnyKey(bootstrapKey)]) {
      (section) throws(SpecErrors) in .bootstrap(replicates: try section.read(bootstrapKey))
    })

  private static let equationFormat = ValueFormat<LocatedText>.text(
    "an equation such as `a - b = 0`"
  ).mapping { (text, node) throws(SpecErrors) -> Equation in
    do throws(HypothesisError) {
      return Equation(text: text, hypothesis: try LinearHypothesis(parsing: text.text))
    } catch { throw SpecErrors(SpecError(error, in: text, path: node.path)) }
  }

  private static let formulaFormat = ValueFormat<LocatedText>.text("a formula").mapping {
    (text, node) throws(SpecErrors) -> LocatedText in
    do throws(ExpressionError) { _ = try Formula(parsing: text.text) } catch {
      throw SpecErrors(SpecError(error, in: text, path: node.path))
    }
    return text
  }

  private static let gridFormat =
    ValueFormat<[Named<[LocatedText]>]>.named(.list(of: .text("a value"), atLeast: 1))
    .mapping { (columns, node) throws(SpecErrors) -> [GridColumn] in
      let count = columns.reduce(1) { count, column in
        min(gridLimit + 1, count * column.value.count)
      }
      guard !columns.isEmpty else { throw node.wrongType(expected: "at least one column") }
      guard count <= gridLimit else {
        throw node.error(.rule("the columns' values make more than \(gridLimit) predictions"))
      }
      return columns.map { GridColumn(column: $0.name, values: $0.value) }
    }

  /// Names that mean nothing in the data, found without reading a row.
  public func problems(in data: DataSet, table: String, path: String) -> [SpecError] {
    var problems: [SpecError] = []
    func resolve(_ name: String, at place: LocatedText, _ key: String) {
      do throws(NameError) { _ = try data.resolve(name, from: table) } catch {
        problems.append(SpecError(error, at: place, path: "\(path).\(key)"))
      }
    }
    for (name, text) in comparisons {
      guard let formula = try? Formula(parsing: text.text) else { continue }
      for use in formula.names where !use.isEpisodes && use.table == nil {
        resolve(
          use.name, at: LocatedText(use.name, at: text.location(atCharacter: use.offset)),
          "compare.\(name.text)")
      }
    }
    for (name, grid) in predictions {
      for column in grid { resolve(column.column.text, at: column.column, "predict.\(name.text)") }
    }
    for column in margins { resolve(column.text, at: column, "margins") }
    return problems
  }
}

extension SpecError {
  /// An error in a hypothesis of a study file, at its place in the text.
  init(_ error: HypothesisError, in text: LocatedText, path: String) {
    let reason: Reason =
      switch error.reason {
      case .unexpected(let found, let expected): .wrongType(expected: expected, found: found)
      case .unknownCoefficient(let name, let known):
        .unknownName(name, kind: "coefficient", known: known)
      default: .rule(error.description)
      }
    self.init(reason, path: path, at: text.location(atCharacter: error.offset))
  }
}
