internal import Tables

/// Computes bound expressions, column by column, and counts the rows without a result.
struct Evaluator {
  /// Rows in which a function had no result although its arguments were there.
  struct Complaint {
    let code: String
    /// `log(roll)`.
    let spelling: String
    let complaint: String
    /// The table whose rows are counted.
    let table: String
    let count: Int
    let offset: Int
  }

  private let data: DataSet
  private(set) var complaints: [Complaint] = []

  init(_ data: DataSet) { self.data = data }

  /// What was complained about, in the order of the text.
  var diagnostics: [Diagnostic] { Self.diagnostics(of: complaints) }

  static func diagnostics(of complaints: [Complaint]) -> [Diagnostic] {
    complaints.sorted { $0.offset < $1.offset }.map { complaint in
      Diagnostic(
        .warning, code: complaint.code,
        "`\(complaint.spelling)` has no result in \(complaint.count) "
          + (complaint.count == 1 ? "row" : "rows")
          + " of `\(complaint.table)` (\(complaint.complaint)): counted as missing")
    }
  }

  /// The values of `bound` in the `rows` rows of `table`.
  mutating func evaluate(_ bound: BoundExpression, in table: String, rows: Int) -> Vector {
    switch bound.operation {
    case .number(let value): return Vector(.constant(value))
    case .text(let text): return Vector(.constantText(text))
    case .column(let column): return Vector(column)
    case .negate(let a): return evaluate(a, in: table, rows: rows).mapNumbers { -$0 }
    case .not(let a):
      return evaluate(a, in: table, rows: rows).mapNumbers { $0.isNaN ? .nan : 1 - $0 }
    case .both(let a, let b):
      return Vector.combine(
        evaluate(a, in: table, rows: rows), evaluate(b, in: table, rows: rows), Kleene.and)
    case .either(let a, let b):
      return Vector.combine(
        evaluate(a, in: table, rows: rows), evaluate(b, in: table, rows: rows), Kleene.or)
    case .arithmetic(let operation, let a, let b):
      return arithmetic(
        operation, evaluate(a, in: table, rows: rows), evaluate(b, in: table, rows: rows),
        bound.syntax, table)
    case .compare(let operation, let a, let b):
      return compare(
        operation, evaluate(a, in: table, rows: rows), evaluate(b, in: table, rows: rows))
    case .compareTexts(let a, let b, let negated):
      let same = compareTexts(
        evaluate(a, in: table, rows: rows), evaluate(b, in: table, rows: rows), rows: rows)
      return negated ? same.mapNumbers { $0.isNaN ? .nan : 1 - $0 } : same
    case .isAmong(let a, let list, let negated):
      return evaluate(a, in: table, rows: rows).mapNumbers {
        $0.isNaN ? .nan : list.contains($0) != negated ? 1 : 0
      }
    case .isAmongTexts(let a, let list, let negated):
      return evaluate(a, in: table, rows: rows).mapTexts { list.contains($0) != negated }
    case .conditional(let condition, let a, let b):
      return conditional(
        evaluate(condition, in: table, rows: rows), evaluate(a, in: table, rows: rows),
        evaluate(b, in: table, rows: rows), isText: bound.type == .text, rows: rows)
    case .numeric(let function, let a):
      let result = evaluate(a, in: table, rows: rows)
      return checked(
        result.mapNumbers { function($0) }, from: [result], "no-result-\(function.rawValue)",
        function.complaint, bound.syntax, table)
    case .round(let a, let digits):
      return evaluate(a, in: table, rows: rows).mapNumbers { rounded($0, digits: digits) }
    case .extreme(let aggregate, let parts):
      return extreme(aggregate, parts.map { evaluate($0, in: table, rows: rows) })
    case .isMissing(let a): return isMissing(evaluate(a, in: table, rows: rows))
    case .contains(let a, let b):
      return contains(
        evaluate(a, in: table, rows: rows), evaluate(b, in: table, rows: rows), rows: rows)
    case .aggregate(let aggregate, let value, let over):
      return self.aggregate(aggregate, of: value, over: over, in: table, rows: rows)
    case .standardise(let value, let by):
      return standardise(value, by: by, bound.syntax, in: table, rows: rows)
    case .membership(let query): return membership(query, in: table, rows: rows)
    case .elsewhere(let value, let other, let count, let index):
      let values = evaluate(value, in: other, rows: count).expanded()
      return Vector(
        values.payload,
        home: values.isConstant ? nil : Vector.Home(table: bound.syntax.spelling, index: index))
    case .rank(let value, let by, let bands):
      return ranks(value, by: by, bands: bands, in: table, rows: rows)
    case .date(let parts):
      return dates(parts.map { evaluate($0, in: table, rows: rows).numbers(rows: rows) })
    }
  }

  /// `result` with what is not a finite number made missing, and counted, unless an argument was missing or
  /// infinite already.
  mutating func checked(
    _ result: Vector, from arguments: [Vector], _ code: String, _ complaint: String,
    _ syntax: Syntax, _ table: String
  ) -> Vector {
    switch result.payload {
    case .constant(let value):
      guard !value.isFinite else { return result }
      if arguments.allSatisfy({ $0.isFinite(at: 0) }) {
        let rows = data[table: table]?.rowCount ?? 0
        note(code, complaint, syntax, table, count: rows)
        return Vector(.constant(.nan))
      }
      return result
    case .numbers(var values):
      var count = 0
      let aligned = Vector.aligned(arguments).vectors
      for i in values.indices where !values[i].isFinite {
        guard aligned.allSatisfy({ $0.isFinite(at: i) }) else { continue }
        values[i] = .nan
        count += 1
      }
      guard count > 0 else { return result }
      note(code, complaint, syntax, result.home?.table ?? table, count: count)
      return Vector(.numbers(values), home: result.home)
    case .constantText, .codes: return result
    }
  }

  /// Days since 1970-01-01; missing where there is no such day.
  private func dates(_ parts: [[Double]]) -> Vector {
    Vector(
      .numbers(
        parts[0].indices.map { row in
          guard let year = Int(exactly: parts[0][row]), let month = Int(exactly: parts[1][row]),
            let day = Int(exactly: parts[2][row]),
            let date = CalendarDate(year: year, month: month, day: day)
          else { return .nan }
          return Double(date.daysSince1970)
        }))
  }

  private mutating func note(
    _ code: String, _ complaint: String, _ syntax: Syntax, _ table: String, count: Int
  ) {
    complaints.append(
      Complaint(
        code: code, spelling: syntax.spelling, complaint: complaint, table: table, count: count,
        offset: syntax.span.offset))
  }

  private mutating func arithmetic(
    _ operation: Syntax.BinaryOperator, _ a: Vector, _ b: Vector, _ syntax: Syntax,
    _ table: String
  ) -> Vector {
    let result: Vector
    switch operation {
    case .plus: result = Vector.combine(a, b) { $0 + $1 }
    case .minus: result = Vector.combine(a, b) { $0 - $1 }
    case .times: result = Vector.combine(a, b) { $0 * $1 }
    case .over: result = Vector.combine(a, b) { $0 / $1 }
    default: result = Vector.combine(a, b) { CMath.power($0, $1) }
    }
    let complaint =
      switch operation {
      case .over: "division by zero"
      case .power: "no real power"
      default: "too large"
      }
    return checked(result, from: [a, b], "no-result-arithmetic", complaint, syntax, table)
  }

  private func rounded(_ value: Double, digits: Int) -> Double {
    let scale = CMath.power(10, Double(abs(digits)))
    let scaled = digits >= 0 ? value * scale : value / scale
    let result = scaled.rounded(.toNearestOrEven)
    guard result.isFinite else { return value }
    return digits >= 0 ? result / scale : result * scale
  }

  private func extreme(_ aggregate: Aggregate, _ parts: [Vector]) -> Vector {
    guard let first = parts.first else { return Vector(.constant(.nan)) }
    return parts.dropFirst().reduce(first) { best, next in
      Vector.combine(best, next) { a, b in
        if a.isNaN || b.isNaN { return .nan }
        return aggregate == .min ? Swift.min(a, b) : Swift.max(a, b)
      }
    }
  }

  private func isMissing(_ vector: Vector) -> Vector {
    // A row that leads nowhere is missing too, which only the rows themselves can say.
    let leadsNowhere = vector.home?.index.contains { $0 < 0 } ?? false
    let vector = leadsNowhere ? vector.expanded() : vector
    switch vector.payload {
    case .constant(let value): return Vector(.constant(value.isNaN ? 1 : 0))
    case .constantText: return Vector(.constant(0))
    case .numbers(let values):
      return Vector(.numbers(values.map { $0.isNaN ? 1 : 0 }), home: vector.home)
    case .codes(let codes, _):
      return Vector(.numbers(codes.map { $0 < 0 ? 1 : 0 }), home: vector.home)
    }
  }
}

extension Vector {
  /// Whether the payload's value is there and finite; texts are where they are there.
  fileprivate func isFinite(at position: Int) -> Bool {
    switch payload {
    case .constant(let value): value.isFinite
    case .constantText: true
    case .numbers(let values): values[position].isFinite
    case .codes(let codes, _): codes[position] >= 0
    }
  }
}

/// Logic with a third value, missing, written NaN (S. C. Kleene 1938, doi:10.2307/2267778): what is missing
/// decides nothing, and is decided where the other side suffices.
enum Kleene {
  static func and(_ a: Double, _ b: Double) -> Double {
    if a == 0 || b == 0 { return 0 }
    return a.isNaN || b.isNaN ? .nan : 1
  }

  static func or(_ a: Double, _ b: Double) -> Double {
    if a == 1 || b == 1 { return 1 }
    return a.isNaN || b.isNaN ? .nan : 0
  }
}
