public import Designs
public import StudyFiles

/// What a study says of a model's rows: classes of residual variance, order in time, design weights.
public struct RowStructureRequest: Sendable {
  public let dispersion: LocatedText?
  public let serial: (time: LocatedText, unit: LocatedText)?
  /// Columns of design weights with the level they belong to; `nil` for the rows.
  public let design: [(level: LocatedText?, column: LocatedText)]
  public let scaling: DesignWeights.Scaling

  public init(
    dispersion: LocatedText? = nil, serial: (time: LocatedText, unit: LocatedText)? = nil,
    design: [(level: LocatedText?, column: LocatedText)] = [],
    scaling: DesignWeights.Scaling = .size
  ) {
    self.dispersion = dispersion
    self.serial = serial
    self.design = design
    self.scaling = scaling
  }

  public var hasDesignWeights: Bool { !design.isEmpty }

  /// Every column that it names, with the key under which it stands.
  public var columns: [(column: LocatedText, key: String)] {
    [dispersion].compactMap { $0.map { ($0, "dispersion") } }
      + (serial.map { [($0.time, "correlation"), ($0.unit, "correlation")] } ?? [])
      + design.map { ($0.column, "weights.design") }
  }

  /// A level of design weights is named by the model's table, by a grouping factor, or by the table to which
  /// that factor's column links.
  ///
  /// - Throws: ``Designs/ExpressionError`` where a level is none of these.
  func options(
    in tables: DataSet, table: String, factors: [String]
  ) throws(ExpressionError) -> RowStructureOptions {
    var levels: [(factor: String?, column: String)] = []
    for (level, column) in design {
      guard let name = level?.text, name != table else {
        levels.append((nil, column.text))
        continue
      }
      let linked = tables.links.first { $0.to == name && factors.contains($0.column) }?.column
      guard let factor = factors.contains(name) ? name : linked else {
        throw ExpressionError(
          .unknownName(name, kind: .table, known: [table] + factors), offset: 0, length: 0,
          setting: "weights.design")
      }
      levels.append((factor, column.text))
    }
    return RowStructureOptions(
      dispersion: dispersion?.text, serial: serial.map { ($0.time.text, $0.unit.text) },
      design: levels, scaling: scaling)
  }
}
