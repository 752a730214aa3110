public import StudyFiles

extension Registry where Kind == any SensitivityCheck {
  /// The ways of asking how far a matched design's answer could be wrong.
  public static var sensitivityChecks: Self {
    Registry(
      "sensitivity check",
      [
        Entry(RosenbaumBounds.self) { $0 },
        Entry(EValue.self) { $0 },
        Entry(RobustnessValue.self) { $0 },
        Entry(Placebo.self) { $0 },
        Entry(LeaveOneOut.self) { $0 },
        Entry(SpecificationCurve.self) { $0 },
      ])
  }

  /// The setting that a bare value stands for, by name of the check.
  static var mainKeys: [String: String] {
    var keys: [String: String] = [:]
    let all: [any SensitivityCheck.Type] = [Placebo.self, LeaveOneOut.self]
    for check in all { keys[check.name] = check.mainKey }
    return keys
  }
}
