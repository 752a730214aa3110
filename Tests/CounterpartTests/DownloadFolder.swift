import Counterpart
import Foundation
import StudyFiles
import TestSupport

/// A copy of the files of Tests/Fixtures/downloaded with others beside them, and a study of one table `d`.
struct DownloadFolder {
  static let fixtures = fixturesFolder.appendingPathComponent("downloaded").path

  let path = FileManager.default.temporaryDirectory
    .appendingPathComponent("downloaded-\(UUID().uuidString)").path

  init(_ files: [String: String] = [:]) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for name in try FileManager.default.contentsOfDirectory(atPath: Self.fixtures) {
      try FileManager.default.copyItem(
        atPath: "\(Self.fixtures)/\(name)", toPath: "\(path)/\(name)")
    }
    for (name, text) in files {
      try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
    }
  }

  /// - Parameter table: the declaration of `d`.
  func study(_ table: String, step: String? = nil) throws -> Study {
    let power = "{power: {design: {clusters: {schools: 40, pupils: 20}}, icc: {schools: 0.2}}}"
    let yaml = """
      counterpart: 1
      title: Downloads
      seed: 1
      data:
        d: \(table)
      steps:
        what: \(step ?? power)
      """
    try yaml.write(toFile: "\(path)/study.yaml", atomically: true, encoding: .utf8)
    return try Study(yaml: yaml, file: "\(path)/study.yaml")
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
