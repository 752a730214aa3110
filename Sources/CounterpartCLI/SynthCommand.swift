import ArgumentParser
import Counterpart

struct SynthCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synth",
    abstract: "Make a synthetic register of schools, pupils and memberships with known truth.")

  @Argument(
    help: "The specification, such as `{seed: 2014, effect: 0.12}` in a file.",
    completion: .file(extensions: ["yaml", "yml"]))
  var specification: String

  @Option(help: "The folder to write; it is replaced if it exists.", completion: .directory)
  var output: String = "out/synthetic-register"

  func run() throws {
    let names = try reporting { () throws(RunError) in
      try SyntheticData(reading: specification).write(to: output)
    }
    try Terminal.result(names.map { "\(output)/\($0)" }.joined(separator: "\n"))
  }
}
