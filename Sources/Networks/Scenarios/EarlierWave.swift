internal import Designs
internal import StudyFiles

/// What other relations and behaviours were in the earlier wave of a back-cast, as far as it is known.
struct EarlierWave: Sendable {
  /// Of each relation beside the scenario's own ties.
  private let networks: [Network?]
  private let values: [[Double]?]

  /// - Parameters:
  ///   - relations: beside the scenario's own ties.
  ///   - behaviours: of the scenario, at its start.
  ///   - step: the one that is started from; where the back-cast begins with a wave of it, all its relations and
  ///     behaviours begin with theirs.
  init(
    _ spec: BackCastSpec, _ relations: [ScenarioRelationSpec], _ behaviours: [ScenarioBehaviour],
    of step: FormationStep?, among actors: ActorData, in data: DataSet
  ) throws(ScenarioError) {
    let wave = step?.waves.firstIndex { $0.text == spec.from.text }
    networks = try relations.map { (relation) throws(ScenarioError) -> Network? in
      var table = spec.relations.first { $0.name.text == relation.name.text }?.value
      if table == nil, let step, let wave, let position = relation.estimated {
        table = step.allRelations[position].spec.waves[wave]
      }
      guard let table else { return nil }
      return Network(
        actors: actors.count, directed: relation.directed,
        ties: try WaveTies(table.text, of: actors, in: data).ties)
    }
    values = try behaviours.map { (behaviour) throws(ScenarioError) -> [Double]? in
      var column = spec.behaviours.first { $0.name.text == behaviour.name }?.value.text
      if column == nil, let step, let wave {
        column = step.behaviours.first { $0.name.text == behaviour.name }.map {
          step.columns(of: $0)[wave].text
        }
      }
      guard let column else { return nil }
      let values = try actors.numbers(column)
      try behaviour.range.check(values, of: behaviour.name, among: actors)
      return values
    }
  }

  /// The relations of a setting, begun as they were.
  func relations(of setting: WorldSetting) -> [OtherRelation] {
    zip(setting.relations, networks).map { relation, earlier in
      earlier.map(relation.starting) ?? relation
    }
  }

  func behaviours(of setting: WorldSetting) -> [ScenarioBehaviour] {
    zip(setting.behaviours, values).map { behaviour, earlier in
      earlier.map(behaviour.starting) ?? behaviour
    }
  }

  /// Names of those that nothing is known of.
  func unknown(of setting: WorldSetting) -> [String] {
    zip(setting.relations, networks).filter { $1 == nil }.map(\.0.name)
      + zip(setting.behaviours, values).filter { $1 == nil }.map(\.0.name)
  }
}

extension ClosedRange<Double> {
  /// - Throws: where a behaviour with this range cannot have one of the values.
  func check(
    _ values: [Double], of behaviour: String, among actors: ActorData
  ) throws(ScenarioError) {
    if let row = values.firstIndex(where: { !contains($0) }) {
      throw .behaviourValue(
        values[row], behaviour: behaviour, at: actors.place(of: row),
        "lies outside the range \(lowerBound) to \(upperBound)")
    }
    if let row = values.firstIndex(where: { ($0 - lowerBound).rounded() != $0 - lowerBound }) {
      throw .behaviourValue(
        values[row], behaviour: behaviour, at: actors.place(of: row),
        "is not a whole number of steps above \(lowerBound): group the values first")
    }
  }
}
