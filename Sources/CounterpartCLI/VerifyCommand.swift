import ArgumentParser
import Counterpart
import Foundation

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Run a study again and compare every table with those of an earlier run.")

  @OptionGroup var arguments: StudyArguments

  @Option(
    help: "The earlier run's folder; default out/NAME in the working folder.",
    completion: .directory)
  var output: String?

  @Option(help: "How many threads to use; results are the same for any number.")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount

  func run() throws {
    let study = try arguments.load()
    let display = ProgressDisplay(nil)
    let verification = try reporting { () throws(RunError) in
      try Verification(
        of: study, against: output ?? "out/\(study.name)", threads: threads
      ) { display.show($0) }
    }
    try Terminal.result(verification.text)
    if !verification.agrees { throw ExitCode(1) }
  }
}
