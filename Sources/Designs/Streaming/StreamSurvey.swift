internal import Tables

/// The first reading of a streamed table for a formula: rows, levels, groups and which of them meet.
struct StreamSurvey {
  private let formula: Formula
  private let stream: any RowStream
  private let options: FrameOptions
  private(set) var levels: [String: StreamedLevels] = [:]
  private(set) var groups: [StreamedGroups] = []
  private var meetings: [[StreamedPairs]] = []
  private var rowCount = 0
  private var before: [LostRows] = []
  private var lost: [String: Int] = [:]
  private var complaints: [Evaluator.Complaint] = []
  private(set) var sample: StreamSample

  init(_ formula: Formula, _ stream: any RowStream, _ options: FrameOptions) {
    self.formula = formula
    self.stream = stream
    self.options = options
    before = options.lost
    sample = StreamSample(stream.table)
  }

  mutating func add(
    _ chunk: RowChunk, _ variables: ChunkVariables
  ) throws(ExpressionError) {
    for reason in chunk.lost {
      if let place = before.firstIndex(where: { $0.reason == reason.reason }) {
        before[place] = LostRows(
          reason: reason.reason, count: before[place].count + reason.count)
      } else {
        before.append(reason)
      }
    }
    for reason in variables.lost { lost[reason.reason, default: 0] += reason.count }
    for complaint in variables.complaints { count(complaint) }
    sample.add(chunk.data, variables.selection, first: rowCount)
    rowCount += variables.selection.count
    for (name, variable) in variables.variables {
      guard let factor = variable.factor else { continue }
      guard let map = levels[name, default: StreamedLevels()].add(factor) else {
        throw ExpressionError(
          .rule(
            "the categories of `\(variable.name)` differ between pieces of the streamed "
              + "`\(stream.table)`: add them to the file as a column"), at: variable.span)
      }
      for level in factor.used(in: variables.selection).used { levels[name]?.use(map[level]) }
    }
    try addGroups(variables)
  }

  private mutating func addGroups(_ variables: ChunkVariables) throws(ExpressionError) {
    if groups.isEmpty {
      var names: Set<String> = []
      for term in formula.random where names.insert(term.name).inserted {
        if let columns = variables.groups[term.name] { groups.append(StreamedGroups(columns)) }
      }
      meetings = groups.indices.map { index in
        groups.indices.dropFirst(index + 1).map { _ in StreamedPairs() }
      }
    }
    var codes: [[Int32]] = []
    for index in groups.indices {
      guard let columns = variables.groups[groups[index].name],
        let own = groups[index].codes(of: columns, variables.selection)
      else {
        throw ExpressionError(
          .rule("the categories of `\(groups[index].name)` differ between pieces of the file"),
          at: formula.syntax.span)
      }
      codes.append(own)
    }
    for first in groups.indices {
      for second in groups.indices.dropFirst(first + 1) {
        meetings[first][second - first - 1].add(codes[first], codes[second])
      }
    }
  }

  /// Counts of the streamed rows add up; those of a table that it links to are the same in each piece.
  private mutating func count(_ complaint: Evaluator.Complaint) {
    let place = complaints.firstIndex {
      $0.offset == complaint.offset && $0.code == complaint.code
        && $0.spelling == complaint.spelling
    }
    guard let place else {
      complaints.append(complaint)
      return
    }
    let known = complaints[place].count
    complaints[place] = Evaluator.Complaint(
      code: complaint.code, spelling: complaint.spelling, complaint: complaint.complaint,
      table: complaint.table,
      count: complaint.table == stream.table
        ? known + complaint.count : max(known, complaint.count), offset: complaint.offset)
  }

  var finalPairs: [[GroupPair]] {
    let places = groups.map(\.final.places)
    return meetings.enumerated().flatMap { first, others in
      others.enumerated().map { step, pairs in
        pairs.final(places[first], places[first + 1 + step])
      }
    }
  }

  /// The frame of all rows, without them.
  func finish() throws(ExpressionError) -> ModelFrame {
    var builder = try FrameBuilder(
      formula, stream.schema, stream.table,
      FrameOptions(contrasts: options.contrasts, weights: options.weights))
    let empty = try builder.chunkVariables(firstRow: 0)
    let reasons = empty.reasons.compactMap { reason in
      lost[reason].map { LostRows(reason: reason, count: $0) }
    }
    guard rowCount > 0 else {
      throw ExpressionError(
        .noRows(lost: before + reasons, doubts: Evaluator.diagnostics(of: complaints)),
        at: formula.responseSyntax.span)
    }
    var variables = empty.variables
    var diagnostics: [Diagnostic] = []
    for variable in empty.variables.values.sorted(by: { $0.span.offset < $1.span.offset }) {
      guard let factor = variable.factor, let found = levels[variable.name] else { continue }
      let ranks = found.ranks
      let whole = Factor(
        codes: [], levels: found.levels,
        used: ranks.indices.filter { found.isUsed[$0] }.map { Int(ranks[$0]) }.sorted(),
        contrast: factor.contrast)
      variables[variable.name] = FrameVariable(
        name: variable.name, identity: variable.identity, values: .factor(whole),
        span: variable.span)
      diagnostics += FrameBuilder.doubts(about: whole, named: variable.name)
    }
    var factors: [String: GroupingFactor] = [:]
    for group in groups {
      factors[group.name] = GroupingFactor(
        name: group.name, codes: [], levels: group.final.levels)
    }
    let fixed = formula.fixed.variables.compactMap { variables[$0.spelling] }
    let width = DesignColumn.count(of: formula.fixed, fixed)
    guard width <= FrameBuilder.columnLimit else {
      throw ExpressionError(
        .tooMany("fixed columns", count: width, limit: FrameBuilder.columnLimit),
        at: formula.syntax.span)
    }
    return StreamCoding.assemble(
      formula, variables, factors, weights: empty.weights, offset: empty.offset,
      selection: empty.selection, rowCount: rowCount, lost: before + reasons,
      diagnostics: Evaluator.diagnostics(of: complaints) + diagnostics)
  }
}
