internal import FoundationEssentials
internal import Networks

/// Finished blocks of replicates of a step that goes on, one file a block under `.counterpart/` beside the study; they go
/// when the step is done.
///
/// A block is used only where everything that the step depends on is as it was, and a file that cannot be read means that
/// the block is computed.
struct KeptBlocks: BlockStore {
  let folder: String
  let fingerprint: String
  let reading: Bool

  func block(_ number: Int) -> ReplicateBlock? {
    guard reading, let data = try? Data(contentsOf: URL(filePath: path(number))) else { return nil }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let kept = try? decoder.decode(Kept.self, from: data), kept.fingerprint == fingerprint
    else { return nil }
    return kept.block
  }

  func keep(_ block: ReplicateBlock, number: Int) {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let data = try? encoder.encode(Kept(fingerprint: fingerprint, block: block)) else {
      return
    }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try data.write(to: URL(filePath: path(number)), options: .atomic)
    } catch {
      // A study in a folder that cannot be written runs all the same.
      return
    }
  }

  /// Forgets all blocks.
  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  private func path(_ number: Int) -> String { "\(folder)/\(number).json" }

  private struct Kept: Codable {
    let fingerprint: String
    let block: ReplicateBlock
  }
}
