internal import StudyFiles
internal import Tables

/// Whether a study run again gives what an earlier run left.
public struct Verification: Sendable {
  /// Each table whose file differs, with its first differences; empty differences mean that the bytes
  /// differ and the values agree within the tolerance.
  public let differing: [TableComparison]
  /// What changed around the run: study, inputs, version, machine.
  public let changes: [String]
  /// Tables whose file is no longer in the earlier folder, and those that the run no longer gives.
  public let missingBefore: [String]
  public let missingNow: [String]
  public let tableCount: Int
  /// Whether bytes were compared, or values because the machine is of another kind.
  public let sameMachine: Bool

  /// Runs `study` into a scratch folder and compares it with the folder of an earlier run.
  ///
  /// - Throws: ``RunError`` where there is no earlier run, or the study does not run.
  public init(
    of study: Study, against folder: String, threads: Int,
    _ notify: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) throws(RunError) {
    let before = try LockFile(folder: folder)
    let scratch = folder + ".verify"
    defer { FileAccess.remove(scratch) }
    _ = try Runner(study: study, output: scratch, threads: threads).run(notify)
    let comparison = try FolderComparison(before: folder, after: scratch)
    let after = try LockFile(folder: scratch)
    changes = before.changes(to: after)
    sameMachine = before.machine == after.machine
    differing = comparison.differing
    missingBefore = comparison.onlyAfter
    missingNow = comparison.onlyBefore
    tableCount = comparison.tableCount
  }

  public var agrees: Bool {
    missingBefore.isEmpty && missingNow.isEmpty && differing.allSatisfy { $0.count == 0 }
  }

  public var text: String {
    var lines = changes
    lines += missingBefore.map { "\($0): the earlier folder does not hold it" }
    lines += missingNow.map { "\($0): the study no longer gives it" }
    if agrees, differing.isEmpty {
      lines.append("verified: all \(tableCount) tables are the same, byte for byte")
    } else if agrees {
      lines.append(
        "verified: all \(tableCount) tables agree to \(RunLock.crossMachineTolerance) relative; "
          + "\(differing.count) differ in their last bits, as another kind of machine may")
    } else {
      lines += differing.filter { $0.count > 0 }.map(\.text)
      lines.append(
        "differs: "
          + "\(differing.filter { $0.count > 0 }.count + missingBefore.count + missingNow.count) of "
          + "\(tableCount) tables")
    }
    return lines.joined(separator: "\n")
  }
}
