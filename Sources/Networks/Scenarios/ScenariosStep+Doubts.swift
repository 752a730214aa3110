internal import Tables

extension ScenariosStep {
  /// Doubts about what partnership is taken to do.
  func modelDiagnostics(_ scenario: Scenario) -> [Diagnostic] {
    var found: [Diagnostic] = []
    let start = scenario.setting.start
    if let most = scenario.setting.formation.model.limits.maximumDegree {
      let over = (0..<start.actorCount).count { start.degree($0) > most }
      if over > 0 {
        found.append(
          Diagnostic(
            .warning, code: "above-maximum",
            "\(over) actors have more than the `maximum-degree` of \(most) partners at the start: they can end ties and "
              + "make none"))
      }
    }
    for kernel in scenario.model.kernels {
      let transport = kernel.transport
      let beyond = transport.holds.map { $0.count { !$0 } } ?? 0
      if transport.everyone || beyond > 0 || transport.compelled {
        let whom =
          transport.everyone
          ? "on another kind of partnership"
          : beyond > 0 ? "on schools unlike \(beyond) of these" : "on volunteers alone"
        found.append(
          Diagnostic(
            .warning, code: "effect-carried-over",
            "effect `\(kernel.name)` was estimated \(whom): there it counts as an assumption, and its "
              + "deviation is \((kernel.widening * 100).rounded() / 100) times as wide"))
      }
      if kernel.effect.errorsFromZero == nil, kernel.effect.source == .assumption {
        found.append(
          Diagnostic(
            .warning, code: "assumption-without-spread",
            "effect `\(kernel.name)` is an assumption without a spread: nothing of its uncertainty is in "
              + "the intervals"))
      }
    }
    return found
  }

  /// Groups of the start that are larger than a policy lets them be.
  func groupsAboveLimit(_ scenario: Scenario) -> [Diagnostic] {
    scenario.policies.flatMap { policy in
      policy.actions.compactMap { action -> Diagnostic? in
        guard let limit = action.limit else { return nil }
        let above = scenario.setting.groups.filter {
          $0.kind == limit.kind && $0.members.count > limit.size
        }
        guard let largest = above.map(\.members.count).max() else { return nil }
        return Diagnostic(
          .warning, code: "group-above-limit",
          "policy `\(policy.name)`: \(above.count) groups of the start have more than the \(limit.size) "
            + "schools that \(action.name) lets a \(limit.kind.rawValue) have, the largest \(largest); they keep "
            + "their members and take no more")
      }
    }
  }
}
