internal import Tables

extension MatchDesign {
  /// How many units of either arm left before anybody was matched for want of a value, or of anybody of the
  /// other arm in their exact stratum.
  func screeningDoubts(_ reasons: [DropReason?], treated: [Bool]) -> [Diagnostic] {
    var lacking: [(column: String, units: Int)] = []
    var incomplete = ArmCount()
    var alone = ArmCount()
    for (reason, isTreated) in zip(reasons, treated) {
      switch reason {
      case .missing(let column):
        incomplete.add(isTreated)
        if let place = lacking.firstIndex(where: { $0.column == column }) {
          lacking[place].units += 1
        } else {
          lacking.append((column, 1))
        }
      case .emptyStratum: alone.add(isTreated)
      default: break
      }
    }
    var doubts: [Diagnostic] = []
    if incomplete.total > 0 {
      doubts.append(
        Diagnostic(
          .warning, code: "missing-covariates",
          "\(incomplete.words) lack a value that the match needs and are left out ("
            + lacking.map { "`\($0.column)`: \($0.units)" }.joined(separator: ", ")
            + "): see whether those who stay stand for them, or use `missing: indicator` or `imputed`"
        ))
    }
    if alone.total > 0 {
      // Comparators without anybody to compare with take nothing from whom the estimate speaks about.
      let lost =
        switch estimand.treatedAreFocal {
        case true?: alone.treated
        case false?: alone.control
        case nil: alone.total
        }
      doubts.append(
        Diagnostic(
          lost > 0 ? .warning : .note, code: "one-sided-strata",
          "\(alone.words) stand in exact strata without anybody of the other arm and are left out: match "
            + "exactly on fewer or coarser columns to keep them"))
    }
    return doubts
  }

  /// Units of either arm.
  private struct ArmCount {
    var treated = 0
    var control = 0

    var total: Int { treated + control }

    var words: String {
      "\(treated) treated \(treated == 1 ? "unit" : "units") and \(control) "
        + (control == 1 ? "comparator" : "comparators")
    }

    mutating func add(_ isTreated: Bool) {
      if isTreated { treated += 1 } else { control += 1 }
    }
  }
}
