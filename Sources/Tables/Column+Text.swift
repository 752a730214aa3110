extension Column {
  /// The value of a row as it is written in a file; empty where missing.
  ///
  /// Whole numbers have no decimal point, other numbers are shortest-round-trip, logical values are
  /// `true` and `false`, dates such as `2017-09-01`.
  public func text(at row: Int) -> String {
    switch storage {
    case .codes(let codes, let levels): codes[row] < 0 ? "" : levels[Int(codes[row])]
    case .numbers(let values): type.text(of: values[row])
    }
  }
}

extension ColumnType {
  /// A number of this type as text; empty where it is not finite.
  public func text(of value: Double) -> String {
    guard value.isFinite else { return "" }
    switch self {
    case .logical where value == 0: return "false"
    case .logical where value == 1: return "true"
    case .date: return DateText.text(days: value) ?? "\(value)"
    default: return Int(exactly: value).map(String.init) ?? "\(value)"
    }
  }
}
