internal import Tables

/// The tables of two runs, compared number by number.
public struct FolderComparison: Sendable {
  public let differing: [TableComparison]
  /// Tables that only one of the two has.
  public let onlyBefore: [String]
  public let onlyAfter: [String]
  public let tableCount: Int
  let changes: [String]

  /// - Throws: ``RunError/file(path:reason:)`` where a folder holds no run.
  public init(before: String, after: String) throws(RunError) {
    let oldLock = try LockFile(folder: before)
    let newLock = try LockFile(folder: after)
    let tolerance = oldLock.machine == newLock.machine ? 0 : RunLock.crossMachineTolerance
    let (old, new) = (oldLock.tables, newLock.tables)
    // A table counts as present where its file is, whatever the lock says.
    func isPresent(_ name: String, in folder: String, _ lock: [String: String]) -> Bool {
      lock[name] != nil && FileAccess.exists("\(folder)/tables/\(name).csv")
    }
    let names = Set(old.keys).union(new.keys).sorted()
    onlyBefore = names.filter { isPresent($0, in: before, old) && !isPresent($0, in: after, new) }
    onlyAfter = names.filter { !isPresent($0, in: before, old) && isPresent($0, in: after, new) }
    tableCount = names.count
    changes = oldLock.changes(to: newLock)
    var differing: [TableComparison] = []
    for name in names where isPresent(name, in: before, old) && isPresent(name, in: after, new) {
      let first = try FileAccess.read("\(before)/tables/\(name).csv")
      let second = try FileAccess.read("\(after)/tables/\(name).csv")
      guard first != second else { continue }
      differing.append(
        TableComparison(
          table: name, before: try Self.parse(first, name), after: try Self.parse(second, name),
          tolerance: tolerance))
    }
    self.differing = differing
  }

  public var agrees: Bool {
    onlyBefore.isEmpty && onlyAfter.isEmpty && differing.allSatisfy { $0.count == 0 }
  }

  public var text: String {
    var lines = changes
    lines += onlyBefore.map { "\($0): only in the first" }
    lines += onlyAfter.map { "\($0): only in the second" }
    lines += differing.filter { $0.count > 0 }.map(\.text)
    let different = differing.filter { $0.count > 0 }.count + onlyBefore.count + onlyAfter.count
    lines.append(
      different == 0
        ? "all \(tableCount) tables agree" : "\(different) of \(tableCount) tables differ")
    return lines.joined(separator: "\n")
  }

  private static func parse(_ text: String, _ name: String) throws(RunError) -> TidyTable {
    do { return try TidyTable(name, csv: text) } catch {
      throw .file(path: "tables/\(name).csv", reason: "\(error)")
    }
  }
}

extension TableComparison {
  /// The table's differences, one a line.
  public var text: String {
    let shown = differences.map { "  \($0)" }
    let more = count > differences.count ? ["  and \(count - differences.count) more"] : []
    return (["\(table): \(count) differences"] + shown + more).joined(separator: "\n")
  }
}
