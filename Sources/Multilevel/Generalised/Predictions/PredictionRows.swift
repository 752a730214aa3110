internal import Designs

/// The rows of a fitted model on the frame's own scale, with what stands in each column.
struct PredictionRows: Sendable {
  let count: Int
  /// Fixed columns, rows × p, row after row.
  let fixed: [Double]
  /// Columns of the random terms, rows × k, row after row.
  let random: [Double]
  let offset: [Double]
  /// How many observations or trials a row stands for.
  let weights: [Double]

  init(_ frame: ModelFrame, terms: RandomTerms, weights: [Double]) throws(GeneralisedModelError) {
    let reader = FrameReader(frame)
    count = frame.rowCount
    fixed = try reader.gather(frame.fixed, to: nil)
    random = try reader.gather(terms.columns, to: nil)
    offset =
      if let column = frame.offset { try reader.values(column) } else {
        [Double](repeating: 0, count: frame.rowCount)
      }
    self.weights = weights
  }

  /// Rows that are otherwise than a model's own, with its random columns: those of the fixed columns of the same
  /// name.
  ///
  /// - Parameters:
  ///   - frame: the changed rows, without random terms.
  ///   - own: the model's frame, which `terms` describe.
  /// - Throws: ``GeneralisedModelError/slopeWithoutFixedColumn(column:)``
  init(
    _ frame: ModelFrame, random own: ModelFrame, terms: RandomTerms, weights: [Double]
  ) throws(GeneralisedModelError) {
    let reader = FrameReader(frame)
    let ownReader = FrameReader(own)
    let names = frame.fixedNames
    count = frame.rowCount
    fixed = try reader.gather(frame.fixed, to: nil)
    offset =
      if let column = frame.offset { try reader.values(column) } else {
        [Double](repeating: 0, count: frame.rowCount)
      }
    let columns = try terms.columns.map { column throws(GeneralisedModelError) -> [Double] in
      let name = own.columns[column].name
      guard let place = names.firstIndex(of: name) else {
        guard name == "(Intercept)" else { throw .slopeWithoutFixedColumn(column: name) }
        return try ownReader.values(column)
      }
      return try reader.values(frame.fixed[place])
    }
    random = (0..<frame.rowCount).flatMap { row in columns.map { $0[row] } }
    self.weights = weights
  }
}

/// A covariate that can be moved while all others stay: which columns move with it.
struct MovableColumn: Sendable {
  /// Position among the fixed columns.
  let position: Int
  let name: String
  /// Whether it holds 0 and 1 only.
  let isIndicator: Bool
  /// Indicators of the same factor, which are 0 where this one moves.
  let siblings: [Int]
  /// Interactions with it: their position, and the fixed or other frame columns they are products with.
  let interactions: [(position: Int, partners: [Int])]
  /// Where it stands among the random columns.
  let random: [Int]
  /// Half of the step of a column that is no indicator.
  let step: Double
}

extension MovableColumn {
  /// The columns of a frame whose effect can be told apart: main effects without functions of the same
  /// variable beside them.
  static func all(
    _ frame: ModelFrame, terms: RandomTerms, rows: PredictionRows
  ) -> [MovableColumn] {
    let names = frame.fixedNames
    let p = names.count
    return names.indices.compactMap { j in
      let name = names[j]
      var (least, most, sum, squares) = (Double.infinity, -Double.infinity, 0.0, 0.0)
      var isIndicator = true
      for row in 0..<rows.count {
        let value = rows.fixed[row * p + j]
        least = min(least, value)
        most = max(most, value)
        if value != 0, value != 1 { isIndicator = false }
        sum += value
      }
      guard least < most, !name.contains(":"),
        !identifiers(name).contains(where: { $0 != name && names.contains($0) })
      else { return nil }
      let mean = sum / Double(rows.count)
      for row in 0..<rows.count {
        let value = rows.fixed[row * p + j] - mean
        squares += value * value
      }
      var siblings: [Int] = []
      if case .contrast(let codes, _) = frame.columns[frame.fixed[j]].values {
        // A deviation from the mean of the levels is not moved by itself.
        guard isIndicator else { return nil }
        siblings = names.indices.filter { k in
          guard k != j, case .contrast(let other, _) = frame.columns[frame.fixed[k]].values else {
            return false
          }
          return other == codes
        }
      }
      let random = terms.columns.map { frame.columns[$0].name }
      guard !random.contains(where: { $0 != name && identifiers($0).contains(name) }) else {
        return nil
      }
      let moving = [name] + siblings.map { names[$0] }
      var interactions: [(Int, [Int])] = []
      for (k, other) in names.enumerated() where k != j {
        let parts = other.split(separator: ":").map(String.init)
        if parts.contains(where: { $0 != name && identifiers($0).contains(name) }) { return nil }
        guard parts.count > 1, parts.contains(where: moving.contains) else { continue }
        var partners: [Int] = []
        for part in parts where part != name {
          guard !moving.contains(part) else {
            partners = []
            break
          }
          guard let column = frame.columns.firstIndex(where: { $0.name == part }) else {
            return nil
          }
          partners.append(column)
        }
        // An interaction of a sibling is 0 where this column moves.
        interactions.append((k, parts.contains(name) ? partners : []))
      }
      return MovableColumn(
        position: j, name: name, isIndicator: isIndicator, siblings: siblings,
        interactions: interactions,
        random: random.indices.filter { random[$0] == name },
        step: 1e-3 * (squares / Double(rows.count)).squareRoot())
    }
  }

  /// The names inside a function or a product, such as `age` in `I(age^2)`.
  private static func identifiers(_ text: String) -> [String] {
    text.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }.map(String.init)
  }
}
