import Counterpart
import Foundation
import StudyFiles
import TestSupport
import Testing

/// Every study that the documentation shows is read by the parser that users meet.
@Suite struct DocumentationTests {
  /// The fenced YAML blocks of every Markdown file of the project, parts of studies made whole.
  static let studies: [(file: String, yaml: String)] = {
    let files =
      ["README.md"]
      + markdownFiles(in: "Documentation") + markdownFiles(in: "Data")
      + markdownFiles(in: "Notebooks-as-scripts")
    return files.flatMap { file -> [(file: String, yaml: String)] in
      let url = checkoutFolder.appendingPathComponent(file)
      let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
      return blocks(of: text).map { (file, completed($0)) }
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

  /// A whole study as it is; sections of one, a step, or the settings of a step in a study around them.
  private static func completed(_ block: String) -> String {
    let head = """
      counterpart: 1
      title: An example of the documentation
      seed: 1
      data:
        schools: {file: schools.csv, key: urn}
        pupils: {file: pupils.csv, key: pupil, link: {urn: schools.urn}}
        ties: {file: ties.csv}

      """
    let someSteps = "steps: {m: {match: {data: schools, treated: t, covariates: [x]}}}\n"
    let keys = block.split(separator: "\n").filter { $0.first.map { !" #-".contains($0) } ?? false }
      .compactMap { $0.split(separator: ":").first.map(String.init) }
    if keys.first == "counterpart" { return block }
    let sections = Set(Study.Keys.all.map(\.name))
    if keys.allSatisfy(sections.contains) {
      return head + block + "\n" + (keys.contains("steps") ? "" : someSteps)
    }
    let kinds = Catalogue.kinds.first { $0.name == "steps" }?.entries ?? []
    // A step may have the name of a key of some kind: it is a step where a kind stands in it.
    let holdsKinds = kinds.contains {
      block.contains("\n  \($0.name):") || block.contains(": {\($0.name):")
    }
    if !holdsKinds,
      let kind = kinds.first(where: { Set($0.keys.map(\.name)).isSuperset(of: keys) })
    {
      return head + "steps:\n  example:\n    \(kind.name):\n" + indented(block, by: 6)
    }
    return head + "steps:\n" + indented(block, by: 2)
  }

  private static func indented(_ block: String, by count: Int) -> String {
    block.split(separator: "\n", omittingEmptySubsequences: false).map {
      String(repeating: " ", count: count) + $0
    }.joined(separator: "\n")
  }

  @Test func theDocumentationHasStudies() { #expect(Self.studies.count >= 3) }

  @Test(arguments: studies.indices)
  func everyStudyOfTheDocumentationIsRead(index: Int) throws {
    let (file, yaml) = Self.studies[index]
    _ = try Study(yaml: yaml, file: file)
  }
}
