import Counterpart
import Foundation
import StudyFiles
import TestSupport
import Testing

/// Every study that the documentation shows is read by the parser that users meet.
@Suite struct DocumentationTests {
  /// The fenced YAML blocks of every Markdown file of the project that are whole studies.
  static let studies: [(file: String, yaml: String)] = {
    let files =
      ["README.md"]
      + markdownFiles(in: "Documentation") + markdownFiles(in: "Data")
      + markdownFiles(in: "Notebooks-as-scripts")
    return files.flatMap { file -> [(file: String, yaml: String)] in
      let url = checkoutFolder.appendingPathComponent(file)
      let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
      return blocks(of: text).filter { $0.hasPrefix("counterpart:") }.map { (file, $0) }
    }
  }()

  private static func markdownFiles(in folder: String) -> [String] {
    let root = checkoutFolder.appendingPathComponent(folder)
    let found = FileManager.default.enumerator(atPath: root.path)?.allObjects as? [String] ?? []
    return found.filter { $0.hasSuffix(".md") }.sorted().map { "\(folder)/\($0)" }
  }

  private static func blocks(of text: String) -> [String] {
    var blocks: [String] = []
    var current: [String]?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        if let lines = current {
          blocks.append(lines.joined(separator: "\n"))
          current = nil
        } else if line.hasPrefix("```yaml") {
          current = []
        }
      } else {
        current?.append(String(line))
      }
    }
    return blocks
  }

  @Test func theDocumentationHasStudies() { #expect(Self.studies.count >= 3) }

  @Test(arguments: studies.indices)
  func everyStudyOfTheDocumentationIsRead(index: Int) throws {
    let (file, yaml) = Self.studies[index]
    _ = try Study(yaml: yaml, file: file)
  }
}
