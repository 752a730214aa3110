import ArgumentParser
import Counterpart
import Foundation

struct FreezeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "freeze",
    abstract: "Fix a study's plan and its matched design before any outcome is looked at.")

  @OptionGroup var arguments: StudyArguments

  @Option(help: "How many threads to use; results are the same for any number.")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount

  func run() throws {
    let study = try arguments.load()
    let display = ProgressDisplay(nil)
    let plan = try reporting { () throws(RunError) in
      try FrozenPlan(freezing: study, threads: threads) { display.show($0) }
    }
    try Terminal.result("\(plan.file)\nSHA-256 \(plan.hash)")
  }
}
