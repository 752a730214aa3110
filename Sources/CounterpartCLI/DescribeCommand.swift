import ArgumentParser
import Counterpart
import StudyFiles

struct DescribeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe",
    abstract: "Say what a study file can ask for: settings, defaults, formulas, sources.")

  @Argument(
    help: """
      A kind of thing, such as steps or matching-methods, or a member of any kind, such as match; \
      all kinds if left out.
      """)
  var kind: String?

  @Argument(help: "One of its members; all members if left out.")
  var name: String?

  func run() throws {
    guard let kind else {
      try Terminal.result(Catalogue.kinds.map(\.text).joined(separator: "\n\n"))
      return
    }
    let kinds = Catalogue.kinds
    guard let chosen = kinds.first(where: { $0.name == kind }) else {
      let members = Catalogue.members(named: kind)
      guard !members.isEmpty else {
        throw unknown(
          kind, "kind", among: kinds.map(\.name) + kinds.flatMap { $0.entries.map(\.name) })
      }
      if let name {
        // `describe match nearest`: a step, and one of the things that its settings choose among.
        let chosen = Catalogue.members(named: name)
        guard !chosen.isEmpty else {
          throw unknown(name, "name", among: kinds.flatMap { $0.entries.map(\.name) })
        }
        try Terminal.result(chosen.map(\.text).joined(separator: "\n\n"))
        return
      }
      try Terminal.result(members.map(\.text).joined(separator: "\n\n"))
      return
    }
    guard let name else {
      try Terminal.result(chosen.text)
      return
    }
    guard let entry = chosen.entries.first(where: { $0.name == name }) else {
      throw unknown(name, kind, among: chosen.entries.map(\.name))
    }
    try Terminal.result(entry.text)
  }

  private func unknown(_ name: String, _ kind: String, among known: [String]) -> ExitCode {
    Terminal.message("describe: unknown \(kind) `\(name)`" + suggestion(for: name, among: known))
    return ExitCode(2)
  }
}
