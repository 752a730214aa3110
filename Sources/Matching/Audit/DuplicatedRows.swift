internal import Tables

/// Candidates that are the same as another in arm, covariates and outcome: rows that were entered twice, or copies
/// that count as independent units where they are not. One unit that stands in several rows is not repeated by itself.
struct DuplicatedRows {
  /// Candidates that repeat an earlier one, ascending.
  let repeats: [Int]

  /// - Parameter outcome: one value a candidate, where there is one.
  init(_ candidates: Candidates, outcome: Covariate?) {
    let variables = candidates.covariates + (outcome.map { [$0] } ?? [])
    // With categories alone, and with 0/1 columns, equal units are the rule.
    let measured = variables.filter { variable in
      guard case .numbers(let values) = variable.values else { return false }
      return values.contains { $0.isFinite && $0 != 0 && $0 != 1 }
    }
    guard measured.count > 1 else {
      repeats = []
      return
    }
    var seen: [[UInt64]: Int32] = [:]
    var counted: Set<Int32> = []
    repeats = (0..<candidates.count).filter { unit in
      let owner = candidates.owners?[unit] ?? Int32(unit)
      var key: [UInt64] = [candidates.treated[unit] ? 1 : 0]
      for variable in variables {
        if variable.isMissing(unit) { return false }
        switch variable.values {
        case .numbers(let values): key.append((values[unit] + 0).bitPattern)
        case .factor(let codes, _): key.append(UInt64(bitPattern: Int64(codes[unit])))
        }
      }
      guard let first = seen[key] else {
        seen[key] = owner
        return false
      }
      return first != owner && counted.insert(owner).inserted
    }
  }

  var diagnostics: [Diagnostic] {
    guard !repeats.isEmpty else { return [] }
    return [
      Diagnostic(
        .warning, code: "duplicated-rows",
        "\(repeats.count) candidates are the same as an earlier one in arm, covariates and outcome: check "
          + "whether rows were entered twice, since copies make standard errors too small")
    ]
  }
}
