public import Designs
internal import Probability
internal import Reports
public import StudyFiles
internal import Tables

/// One step for each combination of the values that `for:` lists, with one table for all.
public struct LoopStudyStep: StudyStep {
  public static let name = "for"
  public static let documentation = ChoiceDocumentation(
    summary: "does a step once for each combination of the values listed")
  public static var keys: [AnyKey] { [] }

  /// One combination, as a step of its own.
  struct Child: Sendable {
    /// In the order of the file.
    let values: [(name: String, value: String)]
    let named: Study.NamedStep

    /// What a reader calls the pass: `pupils' reading, lag 1`.
    func words(_ labels: Labels) -> String {
      values.map { name, value in
        let words = labels.text(value)
        return ["lag", "year"].contains(name) ? "\(name) \(words)" : words
      }.joined(separator: ", ")
    }

    /// What its step's name has behind the loop's.
    var suffix: String { values.map { "\($0.name)-\($0.value)" }.joined(separator: "-") }

    var label: String { values.map { "\($0.name) \($0.value)" }.joined(separator: ", ") }
  }

  let kind: String
  let children: [Child]
  /// How the effects of all passes are judged together; `nil` where they are not.
  let adjust: Multiplicity?

  /// Loops are made from the file, never by themselves.
  public init(from section: Section) throws(SpecErrors) {
    throw section.error(.rule("`for` stands beside a kind of step"))
  }

  init(kind: String, children: [Child], adjust: Multiplicity?) {
    self.kind = kind
    self.children = children
    self.adjust = adjust
  }

  public var needs: [StepNeed] {
    var found: [StepNeed] = []
    for need in children.flatMap(\.named.step.needs)
    where !found.contains(where: {
      $0.step.text == need.step.text && $0.provision == need.provision
    }) {
      found.append(need)
    }
    return found
  }

  public var arm: (table: String, column: String)? { children.first?.named.step.arm }

  public func check(in data: DataSet, places: [String: Places]) throws(SpecErrors) {
    _ = try collecting(children) { (child) throws(SpecErrors) in
      try child.named.step.check(in: data, places: places)
    }
  }

  public func check(with others: [String: any StudyStep], in data: DataSet) throws(SpecErrors) {
    _ = try collecting(children) { (child) throws(SpecErrors) in
      try child.named.step.check(with: others, in: data)
    }
  }

  public func run(_ context: StepContext) throws(RunError) -> StepResult {
    var results: [(child: Child, result: StepResult)] = []
    for (position, child) in children.enumerated() {
      context.progress(position, children.count)
      results.append(
        (
          child,
          try child.named.step.run(
            context.renamed("\(context.name)-\(child.suffix)", child.suffix))
        ))
    }
    context.progress(children.count, children.count)
    let family = adjust.map {
      FamilyRow.table(FamilyRow.rows(results.map { ($0.child, $0.result.tables) }), by: $0)
    }
    return StepResult(
      tables: Self.joined(results.map { ($0.child.values, $0.result.tables) })
        + [family].compactMap(\.self),
      diagnostics: results.flatMap { child, result in
        result.diagnostics.map {
          Diagnostic($0.severity, code: $0.code, "\(child.label): \($0.message)")
        }
      }, sample: nil, estimates: nil,
      answer: OutcomeFamily.primaryChild(of: self, in: context.study).flatMap {
        results[$0].result.answer
      },
      sections: LoopReport(
        name: context.name, kind: kind, passes: results, family: family,
        labels: context.study.labels,
        primary: OutcomeFamily.primaryChild(of: self, in: context.study)
      ).sections,
      models: context.demanded.contains(.models)
        ? results.flatMap { child, result in
          (result.models ?? []).map { PassedModel(values: child.values, model: $0.model) }
        } : nil,
      failures: results.flatMap(\.result.failures))
  }

  /// The tables of the same name below each other, with the loop's values as leading columns.
  private static func joined(
    _ parts: [(values: [(name: String, value: String)], tables: [TidyTable])]
  ) -> [TidyTable] {
    var names: [String] = []
    for table in parts.flatMap(\.tables) where !names.contains(table.name) {
      names.append(table.name)
    }
    return names.map { name in
      let present = parts.compactMap { part in
        part.tables.first { $0.name == name }.map { (part.values, $0) }
      }
      // Tables with different columns, such as one more where a method has more to say, keep them all.
      var fields: [Field] = []
      for field in present.flatMap(\.1.fields)
      where !fields.contains(where: { $0.name == field.name }) {
        fields.append(field)
      }
      let leading = present.first?.0.map(\.name) ?? []
      fields.removeAll { leading.contains($0.name) }
      let rows = present.flatMap { values, table in
        let places = fields.map { field in
          table.fields.firstIndex { $0.name == field.name }
        }
        return table.rows.map { row in
          values.map { Cell(loopValue: $0.value) } + places.map { $0.map { row[$0] } ?? .missing }
        }
      }
      return TidyTable(
        name, fields: leading.map { Field($0, "the value that the loop took") } + fields, rows: rows
      )
    }
  }
}

extension Cell {
  /// A value of a loop: a number where it is written as one.
  init(loopValue text: String) {
    if let whole = Int(text), String(whole) == text {
      self = .count(whole)
    } else {
      self = .text(text)
    }
  }
}

extension StepContext {
  /// The same for one pass of a loop.
  func renamed(_ name: String, _ label: String) -> StepContext {
    StepContext(
      name: name, study: study, data: data, streams: streams, places: places, calendar: calendar,
      seed: seed[label], threads: threads, earlier: earlier, demanded: demanded,
      isSealed: isSealed, progress: { _, _ in })
  }

  /// The same with other data.
  func replacing(data: DataSet) -> StepContext {
    StepContext(
      name: name, study: study, data: data, streams: streams, places: places, calendar: calendar,
      seed: seed, threads: threads, earlier: earlier, demanded: demanded, isSealed: isSealed,
      progress: progress)
  }
}
