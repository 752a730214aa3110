/// Quick looks at all values at once, after which most columns need not be looked at row by row.
extension FrameVariable {
  /// Whether every row of the table surely has a value.
  var isComplete: Bool {
    switch values {
    case .numbers(let vector): vector.isFinite
    case .factor(let factor): factor.codes.allSatisfy { $0 >= 0 }
    }
  }
}

extension Vector {
  /// Whether every row of the table surely has a finite number.
  var isFinite: Bool {
    switch payload {
    case .constant(let value): value.isFinite
    case .numbers(let values):
      values.allSatisfy(\.isFinite) && (home?.index.allSatisfy { $0 >= 0 } ?? true)
    case .constantText, .codes: false
    }
  }
}
