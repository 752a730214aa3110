extension Evaluator {
  func compare(_ operation: Syntax.BinaryOperator, _ a: Vector, _ b: Vector) -> Vector {
    let holds: (Double, Double) -> Bool =
      switch operation {
      case .equal: { $0 == $1 }
      case .notEqual: { $0 != $1 }
      case .less: { $0 < $1 }
      case .lessOrEqual: { $0 <= $1 }
      case .greater: { $0 > $1 }
      default: { $0 >= $1 }
      }
    return Vector.combine(a, b) { x, y in
      x.isNaN || y.isNaN ? .nan : holds(x, y) ? 1 : 0
    }
  }

  /// 1 where both texts are the same, NaN where one is missing.
  func compareTexts(_ a: Vector, _ b: Vector, rows: Int) -> Vector {
    if case .constantText(let text) = b.payload { return a.mapTexts { $0 == text } }
    if case .constantText(let text) = a.payload { return b.mapTexts { $0 == text } }
    let (first, levels) = a.codes(rows: rows)
    let (second, others) = b.codes(rows: rows)
    let positions = positions(of: levels)
    let translated = others.map { positions[$0] ?? -1 }
    return Vector(
      .numbers(
        zip(first, second).map { x, y in
          x < 0 || y < 0 ? .nan : translated[Int(y)] == x ? 1 : 0
        }))
  }

  func contains(_ a: Vector, _ b: Vector, rows: Int) -> Vector {
    if case .constantText(let part) = b.payload {
      return a.mapTexts { part.isEmpty || $0.contains(part) }
    }
    let (texts, levels) = a.codes(rows: rows)
    let (parts, partLevels) = b.codes(rows: rows)
    return Vector(
      .numbers(
        zip(texts, parts).map { x, y in
          guard x >= 0, y >= 0 else { return .nan }
          let part = partLevels[Int(y)]
          return part.isEmpty || levels[Int(x)].contains(part) ? 1 : 0
        }))
  }

  func conditional(
    _ condition: Vector, _ a: Vector, _ b: Vector, isText: Bool, rows: Int
  ) -> Vector {
    guard isText else {
      let (parts, home) = Vector.aligned([condition, a, b])
      guard let count = parts.compactMap(\.payloadCount).first else {
        return Vector(.constant(choose(parts, at: 0)))
      }
      return Vector(.numbers((0..<count).map { choose(parts, at: $0) }), home: home)
    }
    let (first, levels) = a.codes(rows: rows)
    let (second, others) = b.codes(rows: rows)
    let known = positions(of: levels)
    let union = levels + others.filter { known[$0] == nil }
    let positions = positions(of: union)
    let translated = others.map { positions[$0] ?? -1 }
    let conditions = condition.numbers(rows: rows)
    return Vector(
      .codes(
        conditions.indices.map { row in
          if conditions[row].isNaN { return -1 }
          if conditions[row] == 1 { return first[row] }
          return second[row] < 0 ? -1 : translated[Int(second[row])]
        }, union))
  }

  private func choose(_ parts: [Vector], at row: Int) -> Double {
    let condition = parts[0].number(at: row)
    if condition.isNaN { return .nan }
    return parts[condition == 1 ? 1 : 2].number(at: row)
  }

  private func positions(of levels: [String]) -> [String: Int32] {
    var positions: [String: Int32] = [:]
    for (position, level) in levels.enumerated() where positions[level] == nil {
      positions[level] = Int32(position)
    }
    return positions
  }
}

extension Vector {
  fileprivate func number(at position: Int) -> Double {
    switch payload {
    case .constant(let value): value
    case .numbers(let values): values[position]
    case .constantText, .codes: .nan
    }
  }
}
