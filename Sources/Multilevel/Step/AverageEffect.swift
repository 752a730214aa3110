internal import Designs
internal import Tables

extension LinearMixedModelFit {
  /// The test of a covariate's effect: its coefficient, and where it interacts with others the average over
  /// the rows.
  func effect(
    of name: String, averaged: Bool, _ method: DegreesOfFreedomMethod, errors: ClusterRobust?
  ) throws(EstimationError) -> (test: CoefficientTest, contrast: [Double], doubts: [Diagnostic]) {
    let (contrast, doubts) = try effectContrast(of: name, averaged: averaged)
    return (try test(contrast, named: name, method, errors: errors), contrast, doubts)
  }

  /// The weights of the coefficients in a covariate's effect.
  func effectContrast(
    of name: String, averaged: Bool
  ) throws(EstimationError) -> (weights: [Double], doubts: [Diagnostic]) {
    let main = try position(of: name)
    var contrast = [Double](repeating: 0, count: coefficients.count)
    contrast[main] = 1
    var doubts: [Diagnostic] = []
    for (k, other) in coefficientNames.enumerated() where k != main {
      let parts = other.split(separator: ":").map(String.init)
      let own = name.split(separator: ":").map(String.init)
      guard own.allSatisfy(parts.contains), parts.count > own.count else { continue }
      guard averaged else {
        doubts.append(
          Diagnostic(
            .note, code: "effect-not-averaged",
            "The effect of `\(name)` holds where `\(other)` adds nothing; it is not averaged."))
        continue
      }
      if isStreamed { throw .needsRows("the average effect of `\(name)` in `\(other)`") }
      let partners = parts.filter { !own.contains($0) }
      guard let mean = frame.meanOfProduct(partners) else {
        throw .unknownCoefficient(partners.joined(separator: ":"), known: coefficientNames)
      }
      contrast[k] = mean
      for partner in partners where !hasSlope(on: partner) {
        doubts.append(
          Diagnostic(
            .note, code: "no-random-slope",
            "`\(other)` is an interaction with `\(partner)`, whose slope does not vary between "
              + "groups in this model: its standard error may be too small."))
      }
    }
    return (contrast, doubts)
  }

  private func hasSlope(on column: String) -> Bool {
    terms.contains { $0.columns.contains(column) }
  }
}

extension ModelFrame {
  /// The mean over the rows of the product of the named columns; `nil` where one is not in the frame.
  fileprivate func meanOfProduct(_ names: [String]) -> Double? {
    var positions: [Int] = []
    for name in names {
      guard let position = columns.firstIndex(where: { $0.name == name }) else { return nil }
      positions.append(position)
    }
    var (total, buffer) = (0.0, [Double](repeating: 0, count: 2048))
    var product = buffer
    for start in stride(from: 0, to: rowCount, by: 2048) {
      let rows = start..<min(rowCount, start + 2048)
      for k in 0..<rows.count { product[k] = 1 }
      for position in positions {
        var span = buffer.mutableSpan
        fill(position, rows: rows, into: &span)
        for k in 0..<rows.count { product[k] *= span[k] }
      }
      for k in 0..<rows.count { total += product[k] }
    }
    return total / Double(rowCount)
  }
}
