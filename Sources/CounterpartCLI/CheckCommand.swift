import ArgumentParser
import Counterpart
import Tables

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Read a study and its data and show what a run would do; computes no outcome.")

  @OptionGroup var arguments: StudyArguments

  @Flag(help: "Show every setting of the plan, defaults included.")
  var resolved = false

  @Flag(help: "Print JSON instead of text.")
  var json = false

  func run() throws {
    let study = try arguments.load()
    let display = ProgressDisplay(nil)
    let check = try reporting { () throws(RunError) in
      try StudyCheck(study) { display.show($0) }
    }
    try Terminal.result(json ? check.json.text : check.text(resolved: resolved))
  }
}
