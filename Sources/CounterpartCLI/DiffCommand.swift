import ArgumentParser
import Counterpart

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Compare the tables of two runs, number by number.")

  @Argument(help: "A run's output folder.", completion: .directory) var before: String
  @Argument(help: "Another run's output folder.", completion: .directory) var after: String

  func run() throws {
    let difference = try reporting { () throws(RunError) in
      try FolderComparison(before: before, after: after)
    }
    try Terminal.result(difference.text)
    if !difference.agrees { throw ExitCode(1) }
  }
}
