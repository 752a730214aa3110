internal import Probability
internal import Tables

extension OptimalFull {
  /// The match under bounds on sets, or near-exact wishes.
  func bounded(_ arms: AssignmentArms) throws(MatchingError) -> MatchedSample {
    let problem = arms.problem
    let wishes = try nearExact.map { name throws(MatchingError) in
      try problem.codes(of: name, key: "near-exact")
    }
    let (asking, asked) = (arms.asking, arms.asked)
    let differing: @Sendable (Int, Int) -> Int = { one, other in
      wishes.count { $0[asking[one]] != $0[asked[other]] }
    }
    let unlike = wishes.isEmpty ? nil : differing
    let found = try arms.solve { rules throws(AssignmentError) in
      try BoundedFull(
        treated: arms.askingPoints, controls: arms.askedPoints, rules: rules, bounds: bounds,
        wishes: wishes.count, unlike: unlike
      ).solve()
    }
    if found.missing > 0, bounds.least > 1 {
      throw .minimumNotKept(
        minimum: bounds.least, missing: found.missing, treated: asking.count,
        comparators: asked.count)
    }
    var notes: [Diagnostic] = []
    if found.short > 0 {
      notes.append(
        Diagnostic(
          .note, code: "fewer-comparators",
          "\(found.short) comparators fewer than asked for are in the sample: the largest sets and the "
            + "other constraints leave no place for them"))
    }
    for (name, codes) in zip(nearExact, wishes) {
      var unequal = 0
      for set in found.assignment.sets {
        for one in set.treated {
          for other in set.controls where codes[asking[one]] != codes[asked[other]] { unequal += 1 }
        }
      }
      notes.append(
        Diagnostic(
          .note, code: "near-exact",
          "\(unequal) of \(found.assignment.linkCount) partners differ in `\(name)`"))
    }
    return try sample(of: found.assignment, arms, diagnostics: notes)
  }
}

extension FullAssignment {
  /// Pairs of the one unit of a set and another.
  var linkCount: Int { sets.reduce(0) { $0 + max($1.treated.count, $1.controls.count) } }
}

extension MatchingProblem {
  /// One code a unit, equal where a covariate is.
  func codes(of name: String, key: String) throws(MatchingError) -> [Int] {
    guard let covariate = covariates.first(where: { $0.name == name }) else {
      throw .notABinnedCovariate(setting: key, name: name)
    }
    switch covariate.values {
    case .factor(let codes, _): return codes.map(Int.init)
    case .numbers(let values):
      var numbers: [Double: Int] = [:]
      return values.map { value in
        let value = tenDigits(value)
        if let known = numbers[value] { return known }
        numbers[value] = numbers.count
        return numbers.count - 1
      }
    }
  }
}
