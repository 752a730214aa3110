internal import Probability
internal import StudyFiles
internal import Tables

/// What a run depended on and what came out, by hash: enough to tell whether another run is the same.
struct RunLock: Sendable, Hashable {
  let version: String
  let studyHash: String
  let seed: UInt64
  let overrides: [Study.Override]
  /// Hash of each input file, by the path as the study gives it.
  let inputs: [String: String]
  let machine: Machine
  /// Hash of each table's file, by its name in `tables/`.
  let tables: [String: String]

  /// The relative difference up to which numbers from another kind of machine count as equal.
  static let crossMachineTolerance = 1e-8

  var json: JSON {
    [
      "counterpart": .string(version),
      "study": ["sha256": .string(studyHash)],
      "seed": .string(String(seed)),
      "overrides": .array(
        overrides.map { ["path": .string($0.path), "value": .string($0.value)] }),
      "inputs": .object(inputs.mapValues { ["sha256": .string($0)] }),
      "machine": machine.json,
      "tables": .object(tables.mapValues { ["sha256": .string($0)] }),
      "tolerance_across_machines": .number(Self.crossMachineTolerance),
    ]
  }
}
