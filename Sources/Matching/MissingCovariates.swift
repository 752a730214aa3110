internal import Probability
internal import Tables

/// What becomes of units that lack a covariate.
public enum MissingCovariates: String, Sendable, Hashable, CaseIterable {
  /// They leave, and the reasons say so.
  case leave
  /// They stay: a number takes the mean of those that are known and gets a 0/1 covariate that says where it
  /// was missing, a factor gets a level of its own (Rosenbaum & Rubin 1984, appendix,
  /// DOI 10.1080/01621459.1984.10478078). Balance is then asked of what is known and of what is missing.
  case indicator

  /// The covariates with which to match, and how many values were filled in which of them.
  func completed(
    _ covariates: [Covariate]
  ) -> (covariates: [Covariate], filled: [(name: String, count: Int)]) {
    guard self == .indicator else { return (covariates, []) }
    var result: [Covariate] = []
    var filled: [(name: String, count: Int)] = []
    for covariate in covariates {
      let missing = (0..<covariate.count).filter { covariate.isMissing($0) }
      guard !missing.isEmpty, missing.count < covariate.count else {
        result.append(covariate)
        continue
      }
      filled.append((covariate.name, missing.count))
      switch covariate.values {
      case .numbers(let values):
        var sum = 0.0
        for value in values where value.isFinite { sum += value }
        let mean = tenDigits(sum / Double(values.count - missing.count))
        result.append(
          Covariate(covariate.name, .numbers(values.map { $0.isFinite ? $0 : mean })))
        result.append(
          Covariate(
            "\(covariate.name)_missing", .numbers(values.map { $0.isFinite ? 0 : 1 })))
      case .factor(let codes, let levels):
        let last = Int32(levels.count)
        result.append(
          Covariate(
            covariate.name,
            .factor(codes: codes.map { $0 < 0 ? last : $0 }, levels: levels + ["missing"])))
      }
    }
    return (result, filled)
  }
}
