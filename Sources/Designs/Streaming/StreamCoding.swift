internal import Tables

/// Gives a piece of a streamed table the levels and codes of the whole.
struct StreamCoding {
  private var levels: [String: StreamedLevels]
  private var groups: [StreamedGroups]
  private let final: [String: (ranks: [Int32], levels: [String], used: [Int])]
  private let finalGroups: [(levels: [String], places: [Int32])]

  init(levels: [String: StreamedLevels], groups: [StreamedGroups]) {
    self.levels = levels
    self.groups = groups
    final = levels.mapValues { levels in
      let ranks = levels.ranks
      let used = ranks.indices.filter { levels.isUsed[$0] }.map { Int(ranks[$0]) }.sorted()
      return (ranks, levels.levels, used)
    }
    finalGroups = groups.map(\.final)
  }

  /// The frame of a piece; every column of the fixed part stands in it.
  mutating func frame(
    _ formula: Formula, _ chunk: ChunkVariables
  ) throws(ExpressionError) -> ModelFrame {
    var variables = chunk.variables
    for (name, variable) in chunk.variables {
      guard let factor = variable.factor, let final = final[name] else { continue }
      let before = levels[name]?.count
      guard let map = levels[name]?.add(factor), levels[name]?.count == before else {
        throw changed(variable.span)
      }
      let isSame = map.indices.allSatisfy { final.ranks[Int(map[$0])] == Int32($0) }
      let codes =
        isSame ? factor.codes : factor.codes.map { $0 < 0 ? -1 : final.ranks[Int(map[Int($0)])] }
      variables[name] = FrameVariable(
        name: variable.name, identity: variable.identity,
        values: .factor(
          Factor(
            codes: codes, levels: final.levels, used: final.used, contrast: factor.contrast)),
        span: variable.span)
    }
    var factors: [String: GroupingFactor] = [:]
    for (index, name) in groups.map(\.name).enumerated() {
      guard let columns = chunk.groups[name] else { continue }
      let places = finalGroups[index].places
      guard let codes = groups[index].codes(of: columns, chunk.selection),
        codes.allSatisfy({ $0 < places.count })
      else { throw changed(formula.syntax.span) }
      factors[name] = GroupingFactor(
        name: name, codes: codes.map { $0 < 0 ? -1 : places[Int($0)] },
        levels: finalGroups[index].levels)
    }
    return Self.assemble(
      formula, variables, factors, weights: chunk.weights, offset: chunk.offset,
      selection: chunk.selection)
  }

  private func changed(_ span: TextSpan) -> ExpressionError {
    ExpressionError(.rule("the streamed file changed while it was read"), at: span)
  }

  static func assemble(
    _ formula: Formula, _ variables: [String: FrameVariable], _ factors: [String: GroupingFactor],
    weights: Vector?, offset: (name: String, vector: Vector)?, selection: RowSelection,
    rowCount: Int? = nil, lost: [LostRows] = [], diagnostics: [Diagnostic] = []
  ) -> ModelFrame {
    func used(_ expansion: TermExpansion) -> [FrameVariable] {
      expansion.variables.compactMap { variables[$0.spelling] }
    }
    var store = ColumnStore()
    let fixed = DesignColumn.all(of: formula.fixed, used(formula.fixed))
      .map { store.position(of: $0) }
    let response = variables[formula.response].map {
      store.position(
        of: DesignColumn(key: .numbers($0.identity), name: $0.name, values: $0.modelColumn))
    }
    let offsetPosition = offset.map {
      store.append(ModelFrame.NamedColumn($0.name, $0.vector.modelColumn))
    }
    let weightsPosition = weights.map {
      store.append(ModelFrame.NamedColumn("(weights)", $0.modelColumn))
    }
    let random = formula.random.compactMap { term -> RandomTerm? in
      guard let factor = factors[term.name] else { return nil }
      let columns = DesignColumn.all(of: term.effects, used(term.effects))
      return RandomTerm(factor: factor, columns: columns.map { store.position(of: $0) })
    }
    return ModelFrame(
      selection: rowCount == nil ? selection.rows : nil, rowCount: rowCount ?? selection.count,
      columns: store.columns, fixed: fixed, response: response ?? 0, offset: offsetPosition,
      weights: weightsPosition, random: random, lost: lost, diagnostics: diagnostics)
  }
}
