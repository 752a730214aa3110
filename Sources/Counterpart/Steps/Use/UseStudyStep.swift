public import Designs
internal import FoundationEssentials
internal import LinearAlgebra
internal import Networks
internal import Reports
public import StudyFiles
internal import Tables

/// Estimates brought from elsewhere, such as a secure laboratory whose data may not leave it, for later steps to use.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | estimates | | a file | terms with estimates |
/// | covariance | none | a file | of the terms; not needed for one term with a standard error |
/// | for | all | terms | which of them later steps get |
/// | unit | outcome | outcome, sd | what the estimates count |
/// | source | | a text | where they come from, in words |
public struct UseStudyStep: StudyStep {
  public static let name = "use"
  public static let documentation = ChoiceDocumentation(
    summary:
      "brings coefficients with their covariance from a file, so that results cleared elsewhere can drive "
      + "scenarios",
    reference: "the source that the study states; the files' hashes stand in report and lock")

  enum Unit: String, Sendable, CaseIterable {
    case outcome
    case sd
  }

  static let estimatesKey = Key(
    "estimates", .text("a path to a .csv or .json file"),
    "a table of `term`, `estimate` and perhaps `std_error`, or JSON with `terms`, `estimates`, `covariance`"
  )
  static let covarianceKey = Key.optional(
    "covariance", .text("a path to a .csv file"),
    "a table of `term`, `other`, `covariance`, or of `term` and a column a term")
  static let forKey = Key(
    "for", ValueFormat<[LocatedText]>.list(of: .text("a term")), default: [], shown: "all",
    "which terms later steps get")
  static let unitKey = Key(
    "unit", ValueFormat<Unit>.oneOf("unit"), default: .outcome, shown: "outcome",
    "whether estimates are in the outcome's unit or in its standard deviations")
  static let sourceKey = Key(
    "source", .text("a text"), "where the estimates come from: study, model, clearance, date")
  public static let keys = [
    AnyKey(estimatesKey), AnyKey(covarianceKey), AnyKey(forKey), AnyKey(unitKey),
    AnyKey(sourceKey),
  ]

  private let estimates: LocatedText
  private let covariance: LocatedText?
  private let terms: [LocatedText]
  private let unit: Unit
  private let source: LocatedText
  private let path: String

  public init(from section: Section) throws(SpecErrors) {
    try section.check(Self.keys)
    estimates = try section.read(Self.estimatesKey)
    covariance = try section.read(Self.covarianceKey)
    terms = try section.read(Self.forKey)
    unit = try section.read(Self.unitKey)
    source = try section.read(Self.sourceKey)
    path = section.path
  }

  public var needs: [StepNeed] { [] }

  public var inputFiles: [(file: LocatedText, path: String)] {
    [(estimates, "\(path).estimates")] + (covariance.map { [($0, "\(path).covariance")] } ?? [])
  }

  public func check(in data: DataSet, places: [String: Places]) throws(SpecErrors) {}

  public func run(_ context: StepContext) throws(RunError) -> StepResult {
    let read = try contents(of: estimates, context)
    let own = try covariance.map { (file) throws(RunError) in try contents(of: file, context) }
    let whole: BroughtEstimates
    do throws(BroughtEstimates.Problem) {
      whole = try BroughtEstimates(estimates: read, covariance: own)
    } catch { throw .data([error.description]) }
    if let unknown = terms.first(where: { !whole.terms.contains($0.text) }) {
      throw .study(
        SpecErrors(
          SpecError(
            .unknownName(unknown.text, kind: "term", known: whole.terms), path: "\(path).for",
            at: unknown.location)))
    }
    let chosen = terms.isEmpty ? whole : whole.selecting(terms.map(\.text)) ?? whole
    guard let matrix = chosen.wholeCovariance else {
      throw .study(
        SpecErrors(
          SpecError(
            .rule(
              "\(chosen.terms.count) terms have standard errors and no covariance: name a file under "
                + "`covariance`, or one term under `for`"), path: path, at: estimates.location)))
    }
    let provenance = try inputFiles.map { (file, key) throws(RunError) in
      ProvenanceRow(
        use: key.split(separator: ".").last.map(String.init) ?? "", file: file.text,
        hash: Digest.of(try FileAccess.readData(context.study.resolve(path: file.text))),
        source: source.text)
    }
    let tables = [
      TidyTable("coefficients", chosen.terms.indices.map { BroughtRow(chosen, $0, unit) }),
      TidyTable(
        "covariance",
        chosen.terms.indices.flatMap { i in
          chosen.terms.indices.map { j in
            CovarianceRow(term: chosen.terms[i], other: chosen.terms[j], value: matrix[i, j])
          }
        }), TidyTable("provenance", provenance),
    ]
    let section = ReportSection(
      "Estimates brought from elsewhere: \(context.name)", anchor: "use-\(context.name)",
      [
        .paragraph(
          """
          These estimates were not made by this run. Source, as the study states it: \(source.text) \
          Whoever assures this report compares the hashes below with those of the files that were cleared.
          """)
      ]
        + AskedTables(
          step: context.name, tables: tables,
          captions: [
            ("coefficients", "What was brought"), ("provenance", "Where it comes from"),
          ]
        ).blocks)
    return StepResult(
      tables: tables,
      diagnostics: [
        Diagnostic(
          .note, code: "estimates-brought",
          "`\(context.name)` uses estimates that were made elsewhere: nothing here has checked the model "
            + "behind them")
      ], sample: nil,
      estimates: CarriedEstimate(
        terms: chosen.terms, estimates: chosen.estimates, covariance: matrix,
        unit: unit == .sd ? "sd" : ""), answer: nil, sections: [section])
  }

  private func contents(
    of file: LocatedText, _ context: StepContext
  ) throws(RunError) -> (file: String, bytes: [UInt8]) {
    (file.text, Array(try FileAccess.readData(context.study.resolve(path: file.text))))
  }
}
