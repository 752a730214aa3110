internal import Designs
internal import StudyFiles
internal import Tables

/// A study with its data: read, linked, prepared, and cut down to its population.
struct LoadedStudy: Sendable {
  /// The population with its prepared columns.
  let data: DataSet
  /// Tables that are read in pieces, by name; `data` has them without rows.
  let streams: [String: StudyStream]
  /// Coordinates of the rows of each table that declares a location.
  let places: [String: Places]
  /// Candidates and their base years, where the study has a treatment.
  let calendar: StudyCalendar?
  /// Every column as it was read, then the prepared ones.
  let dictionary: [DictionaryRow]
  /// One flow for each table with population rules.
  let flows: [PopulationFlow]
  let diagnostics: [Diagnostic]
  let studyHash: String
  /// Hash of each input file by its path in the study.
  let inputHashes: [String: String]

  /// Reads the data, then finds everything that the steps ask for and the data do not have.
  ///
  /// - Parameter tables: tables to use in place of the files of their names.
  /// - Throws: ``RunError/study(_:)`` for names and expressions that do not fit the data,
  ///   ``RunError/data(_:)`` for data that cannot be used.
  init(
    _ study: Study, given tables: [Table] = [], checksSteps: Bool = true,
    _ notify: @Sendable (RunEvent) -> Void
  ) throws(RunError) {
    var reader = TableLoader(study: study, given: tables)
    var data = try reader.read(notify)
    let scanned = reader.streams
    var dictionary = data.tables.flatMap { table -> [DictionaryRow] in
      if let stream = scanned.first(where: { $0.name == table.name }) {
        return stream.columns.map { DictionaryRow(stream: stream, column: $0) }
      }
      return table.columns.map { DictionaryRow(table: table, column: $0) }
    }
    var calendar = try StudyCalendar(study, addingTo: &data)
    let preparation = try Preparation(study.preparations, in: data)
    data = preparation.data
    for item in study.preparations {
      data.time.setPrepared(
        item.column.text, of: item.table.text, from: item.expression.text)
    }
    for prepared in study.preparations where !data.streamed.contains(prepared.table.text) {
      guard let table = data[table: prepared.table.text], let column = table[prepared.column.text]
      else { continue }
      dictionary.append(DictionaryRow(table: table, column: column))
    }
    try calendar?.complete(&data, for: study)
    let population = try Population(study, of: data)
    calendar?.cut(to: population, of: data, rules: study.population)
    self.data = population.data
    streams = try Self.streams(scanned, study, data, population)
    var places = try PlaceReader.places(of: study.tables, in: population.data)
    if let calendar {
      places[TreatmentDeclaration.candidates] = calendar.places(
        of: try PlaceReader.places(of: study.tables, in: data))
    }
    self.places = places
    self.calendar = calendar
    self.dictionary = dictionary
    flows = population.flows + [calendar?.flow].compactMap(\.self)
    diagnostics =
      reader.diagnostics + preparation.diagnostics + population.diagnostics
      + (calendar?.diagnostics ?? [])
    studyHash = Digest.of(try FileAccess.readData(study.file))
    inputHashes = reader.inputHashes.merging(try StepFiles.hashes(of: study)) { first, _ in first }
    if checksSteps { try Self.check(study, in: population.data, places: places) }
  }

  /// Rows of a table, of its file where it is streamed.
  func rowCount(of table: String) -> Int {
    streams[table]?.rowCount ?? data[table: table]?.rowCount ?? 0
  }

  private static func streams(
    _ scanned: [StreamedTable], _ study: Study, _ data: DataSet, _ population: Population
  ) throws(RunError) -> [String: StudyStream] {
    var result: [String: StudyStream] = [:]
    for stream in scanned {
      do throws(ExpressionError) {
        result[stream.name] = try StudyStream(
          stream, study, original: data, population: population)
      } catch { throw .data(["\(stream.name): \(error)"]) }
    }
    return result
  }

  /// Resolves every name of every step and reports all that are wrong together.
  private static func check(
    _ study: Study, in data: DataSet, places: [String: Places]
  ) throws(RunError) {
    var problems: [SpecError] = []
    let models = OutcomeFamily.models(of: study).flatMap {
      $0.model.estimandProblems(study.estimand, in: data)
    }
    problems += models.prefix(1)
    for named in study.steps {
      problems += StreamingRules.problems(named, in: data)
      do throws(SpecErrors) { try named.step.check(in: data, places: places) } catch {
        problems += error.problems
      }
    }
    guard problems.isEmpty else { throw .study(SpecErrors(problems)) }
    let steps = Dictionary(
      study.steps.map { ($0.name.text, $0.step) }, uniquingKeysWith: { first, _ in first })
    for named in study.steps {
      do throws(SpecErrors) { try named.step.check(with: steps, in: data) } catch {
        problems += error.problems
      }
    }
    guard problems.isEmpty else { throw .study(SpecErrors(problems)) }
  }
}
