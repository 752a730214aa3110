internal import Probability
public import StudyFiles
internal import Tables

extension Study {
  /// Reads a study file's text.
  ///
  /// - Parameters:
  ///   - yaml: the whole text.
  ///   - file: its name, from which relative paths start and which error messages give.
  ///   - overrides: values to use in place of those in the text.
  /// - Throws: ``SpecErrors`` with everything that is wrong, in the order of the file.
  public init(yaml: String, file: String, overrides: [Override] = []) throws(SpecErrors) {
    var root = try StudyDocument(yaml: yaml, file: file).root
    for override in overrides { root = try root.replacing(override) }
    let written = root
    root = TreatmentDefaults.written(into: root)
    let section = try Section(root, expecting: "a study: a section with `counterpart: 1` first")
    var problems: [SpecError] = []
    do throws(SpecErrors) { try section.check(Keys.all) } catch { problems += error.problems }
    let reported = Set(problems)
    func readChecked<Value>(_ key: Key<Value>) -> Value? {
      do throws(SpecErrors) { return try section.read(key) } catch {
        problems += error.problems.filter { !reported.contains($0) }
        return nil
      }
    }
    let title = readChecked(Keys.title)?.text
    let question = readChecked(Keys.question)
    let seed = readChecked(Keys.seed)
    let assurance = readChecked(Keys.assurance)
    let labels = readChecked(Keys.labels)
    let tables = readChecked(Keys.data)
    let preparations = readChecked(Keys.prepare)
    let population = readChecked(Keys.population)
    let treatment = readChecked(Keys.treatment)
    let base = readChecked(Keys.base)
    let primary = readChecked(Keys.primary)
    let estimand = readChecked(Keys.estimand)
    let steps = readChecked(Keys.steps)
    _ = readChecked(Keys.version)
    if let tables, let steps {
      problems += Self.crossProblems(
        tables: tables, preparations: preparations ?? [], population: population ?? [],
        steps: steps, hasTreatment: section.has("treatment"))
    }
    guard problems.isEmpty, let title, let seed, let tables, let steps else {
      throw SpecErrors(problems)
    }
    self.file = file
    self.title = title
    self.question = question??.text
    self.seed = Seed(UInt64(seed))
    self.assurance = assurance ?? []
    self.labels = labels ?? Labels()
    self.tables = tables
    self.preparations = preparations ?? []
    self.population = population ?? []
    self.steps = steps
    self.overrides = overrides
    self.root = written
    self.treatment = treatment ?? nil
    self.base = base ?? nil
    self.primary = primary ?? nil
    self.estimand = estimand ?? nil
    let ambiguous = OutcomeFamily.problems(in: self)
    guard ambiguous.isEmpty else { throw SpecErrors(ambiguous) }
  }

  /// The keys of a study file, in the order in which they are documented.
  public enum Keys {
    static let version = Key(
      "counterpart", .integer("the language version `1`", atLeast: 1, atMost: 1),
      "the version of the study language")
    static let title = Key("title", .text("a title"), "what the report is called")
    static let question = Key.optional(
      "question", .text("a question"), "the question that the study answers, shown first")
    static let seed = Key(
      "seed", .integer("a whole number from 0", atLeast: 0),
      "the root of all random numbers of the run")
    static let assurance = Key(
      "assurance", roles, default: [], shown: "none",
      "who commissioned, did and assured the work: a name for each role")
    static let labels = Key(
      "labels",
      ValueFormat<[Named<LocatedText>]>.named(.text("words for a reader")).mapping {
        (named, _) throws(SpecErrors) in
        Labels(
          Dictionary(named.map { ($0.name.text, $0.value.text) }, uniquingKeysWith: { $1 }))
      }, default: Labels(), shown: "none",
      "what the report calls columns, terms, measures and policies")
    static let data = Key(
      "data",
      ValueFormat<[Named<TableDeclaration.Settings>]>.named(TableDeclaration.format).mapping {
        (named, _) throws(SpecErrors) in
        named.map { TableDeclaration(name: $0.name, settings: $0.value) }
      }, "the tables: a name and a file for each")
    static let prepare = Key(
      "prepare", preparationFormat, default: [], shown: "none",
      "derived columns: for each table names with expressions, in order")
    static let population = Key(
      "population", populationFormat, default: [], shown: "every row",
      "which rows belong to the study: for each table one expression or a list; each is counted")
    static let treatment = Key.optional(
      "treatment", TreatmentDeclaration.format,
      "who joined what and when: makes the table `candidates`, one row a unit and base year")
    static let base = Key.optional(
      "base", BaseDeclaration.format, shown: "joined - 1 year",
      "the year from which a unit is compared; comparators stand at the same calendar year")
    static let primary = Key.optional(
      "primary", PrimaryDeclaration.format,
      "the one outcome that the study stands or falls with; all others are secondary")
    static let estimand = Key.optional(
      "estimand", EstimandDeclaration.format, shown: "att, per pupil",
      "whose average effect is asked for")
    static let steps = Key(
      "steps", StepFormat.steps, "what is done: a name and a kind for each step")

    /// Every key that may stand at the top of a study file.
    public static let all: [AnyKey] =
      [
        AnyKey(version), AnyKey(title), AnyKey(question), AnyKey(seed), AnyKey(assurance),
        AnyKey(labels), AnyKey(data), AnyKey(prepare), AnyKey(population), AnyKey(treatment),
        AnyKey(base), AnyKey(primary), AnyKey(estimand), AnyKey(steps),
      ]
      + ["expect", "disclosure"].map(AnyKey.notAvailable)

    private static let roles = ValueFormat<[Named<LocatedText>]>.named(.text("a name")).mapping {
      (named, _) throws(SpecErrors) in
      named.map { Role(role: $0.name.text, name: $0.value.text) }
    }

    private static let preparationFormat = ValueFormat<[Named<[Named<LocatedText>]>]>.named(
      .named(.text("an expression"))
    ).mapping { (tables, _) throws(SpecErrors) in
      tables.flatMap { table in
        table.value.map { Preparation(table: table.name, column: $0.name, expression: $0.value) }
      }
    }

    private static let populationFormat = ValueFormat<[Named<[LocatedText]>]>.named(
      .list(of: .text("an expression that is true or false"), atLeast: 1)
    ).mapping { (tables, _) throws(SpecErrors) in
      tables.flatMap { table in
        table.value.map { PopulationRule(table: table.name, expression: $0) }
      }
    }
  }

  /// Names that one part of the file uses and another must define.
  private static func crossProblems(
    tables: [TableDeclaration], preparations: [Preparation], population: [PopulationRule],
    steps: [NamedStep], hasTreatment: Bool
  ) -> [SpecError] {
    // Candidates and groups get columns; who is a candidate follows from the rules of the units' own table.
    let made =
      hasTreatment ? [TreatmentDeclaration.candidates, TreatmentDeclaration.groups] : []
    var tableNames = tables.map(\.name.text) + made
    var problems: [SpecError] = []
    func expectTable(_ name: LocatedText, path: String) {
      guard !tableNames.contains(name.text) else { return }
      problems.append(
        SpecError(
          .unknownName(name.text, kind: "table", known: tableNames), path: path, at: name.location))
    }
    for preparation in preparations { expectTable(preparation.table, path: "prepare") }
    tableNames.removeLast(made.count)
    for table in tables where made.contains(table.name.text) {
      problems.append(
        SpecError(
          .rule("`\(table.name.text)` is made by `treatment`: call the table something else"),
          path: "data", at: table.name.location))
    }
    for rule in population { expectTable(rule.table, path: "population") }
    for table in tables {
      for link in table.links { expectTable(link.table, path: "data.\(table.name.text).link") }
    }
    return problems + StepOrder.problems(in: steps)
  }
}
