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

  /// The data with the pupils of base years that the gate of a match of candidates asks for.
  func gated(_ data: DataSet) -> DataSet {
    guard table == TreatmentDeclaration.candidates, let gate = step.gate else { return data }
    return GateColumns.adding(gate.baseline, to: data)
  }

  /// A covariate that is dated on or after joining.
  private struct LateCovariate {
    let name: LocatedText
    let key: String
    /// Such as `fsm @ base`, where it is of several years.
    let spelling: String
    /// When it is of, such as: as of 2019, after the base year of the cohort of 2012.
    let date: String
    let remedy: String
  }

  /// Refuses covariates that are dated on or after joining, unless the study gives a reason.
  func checkDates(in data: DataSet) throws(SpecErrors) {
    guard allowsPostTreatment == nil else { return }
    let problems = lateCovariates(in: data).map { late in
      SpecError(
        .rule(
          "`\(late.spelling)` is \(late.date), \(late.remedy), or say why not with "
            + "`allow-post-treatment: REASON`"), path: "\(step.path).\(late.key)",
        at: late.name.location)
    }
    guard problems.isEmpty else { throw SpecErrors(problems) }
  }

  /// What the report says of covariates that were matched on for a reason.
  func postTreatmentDoubts(in data: DataSet) -> [Diagnostic] {
    guard let allowsPostTreatment else { return [] }
    var dates: [(date: String, names: [String])] = []
    for late in lateCovariates(in: data) {
      if let place = dates.firstIndex(where: { $0.date == late.date }) {
        if !dates[place].names.contains(late.spelling) { dates[place].names.append(late.spelling) }
      } else {
        dates.append((late.date, [late.spelling]))
      }
    }
    guard !dates.isEmpty else { return [] }
    let what = dates.map { group in
      group.names.map { "`\($0)`" }.joined(separator: ", ") + " (\(group.date))"
    }.joined(separator: "; ")
    return [
      Diagnostic(
        .warning, code: "post-treatment-covariate",
        "the match uses \(what) measured on or after joining, when partnership may already have changed "
          + "it; the study allows it, because: \(allowsPostTreatment.text)")
    ]
  }

  /// The covariates that are dated on or after joining, among candidates or among the units that these are of.
  private func lateCovariates(in data: DataSet) -> [LateCovariate] {
    let stack = TreatmentDeclaration.candidates
    guard let table, let candidates = data[table: stack],
      table == stack || data.links.contains(where: { $0.from == stack && $0.to == table }),
      case .numbers(let bases)? = candidates["base"]?.storage,
      let column = CompositionRow.treatedName(candidates),
      case .numbers(let treated)? = candidates[column]?.storage
    else { return [] }
    let cohorts = Set(zip(bases, treated).filter { $0.1 == 1 }.map { Int($0.0) })
    return datedNames.flatMap { name, key -> [LateCovariate] in
      let owner =
        data.time.lookedAt[name.text] ?? (try? data.resolve(name.text, from: table))?.table
      if let owner, let year = data.time.asOf[owner], let late = Self.late(year, cohorts) {
        return [
          LateCovariate(
            name: name, key: key, spelling: name.text,
            date: "as of \(year), after the base year of \(late)",
            remedy:
              "when partnership may already have changed it: give `\(owner)` years, match on what is older"
          )
        ]
      }
      return Self.references(name.text, in: data).compactMap { reference in
        let date: String? =
          switch reference.year {
          case .base(let offset) where offset > 0:
            "\(offset) \(offset == 1 ? "year" : "years") after the base year"
          case .base: nil
          case .year(let year):
            Self.late(year, cohorts).map { "of \(year), after the base year of \($0)" }
          }
        return date.map {
          LateCovariate(
            name: name, key: key,
            spelling: name.text.contains(reference.spelling)
              ? reference.spelling : "\(name.text)` from `\(reference.spelling)",
            date: $0,
            remedy:
              "when partnership may already have changed it: match on the base year and earlier")
        }
      }
    }
  }

  /// Every `x @ year` of a covariate, those included from which its columns were prepared.
  private static func references(_ text: String, in data: DataSet) -> [DatedReference] {
    var seen: Set<String> = []
    func look(_ text: String) -> [DatedReference] {
      guard seen.insert(text).inserted, let expression = try? Expression(parsing: text) else {
        return []
      }
      let sources = expression.names.filter { !$0.isEpisodes }.flatMap { use in
        data.tableNames.compactMap { data.time.prepared["\($0).\(use.name.unqualified)"] }
      }
      return expression.datedReferences + sources.flatMap(look)
    }
    return look(text)
  }

  /// The cohorts whose base year lies before `year`, in words.
  static func late(_ year: Int, _ cohorts: Set<Int>) -> String? {
    let late = cohorts.filter { $0 < year }.sorted()
    guard let first = late.first, let last = late.last else { return nil }
    return first == last ? "the cohort of \(first)" : "the cohorts of \(first) to \(last)"
  }

  /// Every name by which units are made alike.
  var datedNames: [(name: LocatedText, key: String)] {
    step.covariates.map { ($0, "covariates") } + step.exact.map { ($0, "exact") }
      + step.calipers.map { ($0.name, "caliper") }
      + (step.prognostic.map { [($0, "prognostic")] } ?? [])
  }
}
