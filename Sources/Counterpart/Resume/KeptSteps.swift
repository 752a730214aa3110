internal import FoundationEssentials
internal import StudyFiles

/// Finished steps of earlier runs, so that a run that was stopped goes on where it was and a changed study
/// computes only what changed.
///
/// One file a step under `.counterpart/` beside the study, apart from the results that may leave; each holds
/// the fingerprint of what it depends on, and is not used where that differs. Nothing here is needed: a
/// folder that cannot be written, or a file that cannot be read, means that the step is computed.
public struct KeptSteps: Sendable {
  /// Steps that took less time than this are not worth keeping.
  public let least: Duration
  /// Whether results of earlier runs are used; those of this run are kept either way.
  public let reading: Bool
  private let folder: String
  private let program: String

  /// - Parameters:
  ///   - folder: where steps are kept; `.counterpart/NAME` beside the study where `nil`.
  ///   - reading: whether results of earlier runs are used.
  ///   - least: steps that took less are not kept.
  ///   - program: what tells one build of the program from another.
  public init(
    for study: Study, in folder: String? = nil, reading: Bool = true,
    least: Duration = .milliseconds(500),
    program: String = Self.thisProgram
  ) {
    self.least = least
    self.reading = reading
    self.program = program
    self.folder = folder ?? study.resolve(path: ".counterpart/\(study.name)")
  }

  /// Size and date of the running program's file.
  public static var thisProgram: String {
    let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    guard let file = try? FileManager.default.attributesOfItem(atPath: path) else { return "" }
    let size = (file[.size] as? UInt64) ?? 0
    let date = (file[.modificationDate] as? Date)?.timeIntervalSinceReferenceDate ?? 0
    return "\(size) \(date)"
  }

  func fingerprints(of study: Study, inputHashes: [String: String]) -> StepFingerprints {
    StepFingerprints(study, inputHashes: inputHashes, program: program)
  }

  /// The kept result of a step, if it depends on the same things, and whether all of it could be written.
  func result(of step: String, fingerprint: String) -> (result: StepResult, isWhole: Bool)? {
    guard reading, let data = try? Data(contentsOf: URL(filePath: path(step))) else { return nil }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let kept = try? decoder.decode(Kept.self, from: data), kept.fingerprint == fingerprint
    else { return nil }
    return (kept.result, kept.isWhole)
  }

  /// Keeps a result in the place of what was kept of the step before.
  func keep(_ result: StepResult, of step: String, fingerprint: String) {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard
      let data = try? encoder.encode(
        Kept(fingerprint: fingerprint, isWhole: result.isLasting, result: result))
    else {
      return
    }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try data.write(to: URL(filePath: path(step)), options: .atomic)
    } catch {
      // A study in a folder that cannot be written runs all the same.
      return
    }
  }

  /// Where a step keeps finished blocks of its work while it goes on.
  func blocks(of step: String, fingerprint: String) -> KeptBlocks {
    KeptBlocks(folder: "\(folder)/\(step).blocks", fingerprint: fingerprint, reading: reading)
  }

  private func path(_ step: String) -> String { "\(folder)/\(step).json" }

  private struct Kept: Codable {
    let fingerprint: String
    let isWhole: Bool
    let result: StepResult
  }
}
