internal import Tables

/// The columns of which a frame's ``RowStructure`` is made.
///
/// | Name | Default | Meaning |
/// |---|---|---|
/// | dispersion | none | the column whose values share a residual variance |
/// | serial | none | the columns of times and of units whose rows follow each other |
/// | design | none | columns of design weights, with the factor they belong to, none for rows |
/// | scaling | size | how the weights of rows are scaled within groups |
public struct RowStructureOptions: Sendable {
  public let dispersion: String?
  public let serial: (time: String, unit: String)?
  public let design: [(factor: String?, column: String)]
  public let scaling: DesignWeights.Scaling

  public init(
    dispersion: String? = nil, serial: (time: String, unit: String)? = nil,
    design: [(factor: String?, column: String)] = [], scaling: DesignWeights.Scaling = .size
  ) {
    self.dispersion = dispersion
    self.serial = serial
    self.design = design
    self.scaling = scaling
  }
}

/// Those columns with their values.
struct RowStructureColumns: Sendable {
  private let dispersion: (name: String, factor: Factor)?
  private let unit: (name: String, factor: Factor)?
  private let time: (name: String, values: [Double])?
  private let design: [(factor: String?, column: String, values: [Double])]
  private let scaling: DesignWeights.Scaling
  private let span: TextSpan

  init(
    _ options: RowStructureOptions, _ binder: Binder, rows: Int, at span: TextSpan
  ) throws(ExpressionError) {
    func resolve(_ name: String, _ setting: String) throws(ExpressionError) -> ResolvedColumn {
      do throws(ExpressionError) { return try binder.resolve(name, at: span) } catch {
        throw ExpressionError(
          error.reason, offset: error.offset, length: error.length, setting: setting)
      }
    }
    func factor(
      _ name: String, _ setting: String
    ) throws(ExpressionError) -> (name: String, factor: Factor) {
      let column = try resolve(name, setting)
      return (
        name,
        Factor(
          Vector(column), type: ValueType(column.column.type), rows: rows, contrast: .treatment)
      )
    }
    func numbers(_ name: String, _ setting: String) throws(ExpressionError) -> [Double] {
      let column = try resolve(name, setting)
      guard case .numbers = column.column.storage else {
        throw ExpressionError(
          .wrongType(expected: "numbers in `\(name)`", found: column.column.type.rawValue),
          offset: span.offset, length: span.length, setting: setting)
      }
      return Vector(column).numbers(rows: rows)
    }
    self.span = span
    scaling = options.scaling
    if let name = options.dispersion {
      dispersion = try factor(name, "dispersion")
    } else {
      dispersion = nil
    }
    if let serial = options.serial {
      time = (serial.time, try numbers(serial.time, "correlation"))
      unit = try factor(serial.unit, "correlation")
    } else {
      (time, unit) = (nil, nil)
    }
    var design: [(factor: String?, column: String, values: [Double])] = []
    for (factor, column) in options.design {
      design.append((factor, column, try numbers(column, "weights")))
    }
    self.design = design
  }

  /// Why a row cannot be used: the first of these columns that it lacks.
  func missing(_ row: Int) -> String? {
    if let dispersion, dispersion.factor.codes[row] < 0 { return dispersion.name }
    if let time, time.values[row].isNaN { return time.name }
    if let unit, unit.factor.codes[row] < 0 { return unit.name }
    return nil
  }

  /// The names that ``missing(_:)`` can give.
  var names: [String] { [dispersion?.name, time?.name, unit?.name].compactMap { $0 } }

  /// - Throws: ``ExpressionError`` for a design weight that is missing, not above zero or infinite.
  func structure(in selection: RowSelection) throws(ExpressionError) -> RowStructure {
    func gathered(_ name: String, _ factor: Factor) -> GroupingFactor {
      let used = factor.used(in: selection)
      var position = [Int32](repeating: -1, count: factor.levels.count)
      for (place, level) in used.used.enumerated() { position[level] = Int32(place) }
      var codes: [Int32] = []
      selection.forEach { codes.append(position[Int(factor.codes[$0])]) }
      return GroupingFactor(name: name, codes: codes, levels: used.used.map { factor.levels[$0] })
    }
    func picked(_ values: [Double]) -> [Double] {
      var result: [Double] = []
      selection.forEach { result.append(values[$0]) }
      return result
    }
    for (_, column, values) in design {
      if let row = selection.first(where: { !(values[$0] > 0) || values[$0].isInfinite }) {
        throw ExpressionError(
          .unusableWeight(
            column: column, row: row + 1, value: values[row].isNaN ? nil : values[row]),
          offset: span.offset, length: span.length, setting: "weights")
      }
    }
    var serial: SerialOrder?
    if let time, let unit {
      serial = SerialOrder(
        timeName: time.name, times: picked(time.values), unit: gathered(unit.name, unit.factor))
    }
    return RowStructure(
      dispersion: dispersion.map { gathered($0.name, $0.factor) }, serial: serial,
      design: design.isEmpty
        ? nil
        : DesignWeights(
          levels: design.map {
            DesignWeights.Level(factor: $0.factor, column: $0.column, weights: picked($0.values))
          }, scaling: scaling))
  }
}
