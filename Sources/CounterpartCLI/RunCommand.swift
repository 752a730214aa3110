import ArgumentParser
import Counterpart
import Foundation

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run a study and write its report and tables.")

  @OptionGroup var arguments: StudyArguments

  @Option(help: "Run this step and those it needs, and no others.")
  var only: String?

  @Option(help: "Where to write; default out/NAME in the working folder.", completion: .directory)
  var output: String?

  @Option(help: "How many threads to use; results are the same for any number.")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount

  @Flag(help: "Compute every step, also those that an earlier run finished.")
  var fresh = false

  @Option(help: "How to show progress: bar, lines or none; default bar on a terminal.")
  var progress: ProgressStyle?

  func validate() throws {
    guard threads > 0 else {
      throw ValidationError("--threads: expected 1 or more, found \(threads)")
    }
  }

  func run() throws {
    let study = try arguments.load()
    let runner = Runner(
      study: study, output: output ?? "out/\(study.name)", threads: threads, only: only,
      kept: KeptSteps(for: study, reading: !fresh))
    let display = ProgressDisplay(progress)
    let interruption = Interruption(lock: runner.publication) { runner.discard() }
    let summary = try withExtendedLifetime(interruption) {
      try reporting { () throws(RunError) in try runner.run { display.show($0) } }
    }
    try Terminal.result(summary.text)
    // Everything is written: whoever reads the report sees why the run does not pass.
    if !summary.failures.isEmpty { throw ExitCode(1) }
  }
}
