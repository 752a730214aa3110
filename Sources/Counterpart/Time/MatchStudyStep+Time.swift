internal import Designs
internal import Matching
internal import StudyFiles
internal import Tables

extension MatchStudyStep {
  /// A reason to match on what was measured after treatment began.
  static let postTreatmentKey = Key.optional(
    "allow-post-treatment", .text("a reason"),
    "why a covariate dated on or after joining is matched on; the report says so")

  /// The rows of the candidates that may be matched, who stands behind each and with whom it was assigned.
  func timed(_ calendar: StudyCalendar?) -> (rows: [Int32]?, owners: [Int32]?, groups: [Int32]?) {
    guard let calendar, table == TreatmentDeclaration.candidates else { return (nil, nil, nil) }
    return (
      calendar.eligible, calendar.candidates.unit,
      calendar.candidates.group
    )
  }

  /// Refuses covariates that are dated on or after joining, and such whose date is not known.
  func checkDates(in data: DataSet) throws(SpecErrors) {
    guard table == TreatmentDeclaration.candidates, allowsPostTreatment == nil,
      let candidates = data[table: TreatmentDeclaration.candidates],
      case .numbers(let bases)? = candidates["base"]?.storage,
      case .numbers(let treated)? = step.treated.flatMap({ candidates[$0.text] })?.storage
    else { return }
    let cohorts = Set(zip(bases, treated).filter { $0.1 == 1 }.map { Int($0.0) })
    let problems = datedNames.flatMap { name, key -> [SpecError] in
      let owner =
        data.time.lookedAt[name.text]
        ?? (try? data.resolve(name.text, from: TreatmentDeclaration.candidates))?.table
      if let owner, let year = data.time.asOf[owner], let late = Self.late(year, cohorts) {
        return [
          SpecError(
            .rule(
              "`\(name.text)` is as of \(year), after the base year of \(late): give `\(owner)` years, match on "
                + "what is older, or say why not with `allow-post-treatment: REASON`"),
            path: "\(step.path).\(key)", at: name.location)
        ]
      }
      guard name.text.contains("@"), let expression = try? Expression(parsing: name.text) else {
        return []
      }
      return expression.datedReferences.compactMap { reference in
        let late: String? =
          switch reference.year {
          case .base(let offset) where offset > 0:
            "\(offset) \(offset == 1 ? "year" : "years") after the base year"
          case .base: nil
          case .year(let year):
            Self.late(year, cohorts).map { "of \(year), after the base year of \($0)" }
          }
        return late.map { late in
          SpecError(
            .rule(
              "`\(reference.spelling)` is \(late), when partnership may already have changed it: match on the "
                + "base year and earlier, or say why not with `allow-post-treatment: REASON`"),
            path: "\(step.path).\(key)", at: name.location)
        }
      }
    }
    guard problems.isEmpty else { throw SpecErrors(problems) }
  }

  /// What the report says of covariates that were matched on for a reason.
  var postTreatmentDoubts: [Diagnostic] {
    guard let allowsPostTreatment else { return [] }
    return [
      Diagnostic(
        .warning, code: "post-treatment-covariate",
        "the match may use what was measured on or after joining, because: \(allowsPostTreatment.text)"
      )
    ]
  }

  /// The cohorts whose base year lies before `year`, in words.
  static func late(_ year: Int, _ cohorts: Set<Int>) -> String? {
    let late = cohorts.filter { $0 < year }.sorted()
    guard let first = late.first, let last = late.last else { return nil }
    return first == last ? "the cohort of \(first)" : "the cohorts of \(first) to \(last)"
  }

  private var datedNames: [(name: LocatedText, key: String)] {
    step.covariates.map { ($0, "covariates") } + step.exact.map { ($0, "exact") }
      + step.calipers.map { ($0.name, "caliper") }
      + (step.prognostic.map { [($0, "prognostic")] } ?? [])
  }
}
