import ArgumentParser
import Counterpart
import Foundation

/// The arguments that every command about a study takes.
struct StudyArguments: ParsableArguments {
  @Argument(help: "The study file.", completion: .file(extensions: ["yaml", "yml"]))
  var study: String

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Replace one value, as data.schools.file=other.csv. May stand several times.",
      valueName: "key=value"))
  var settings: [String] = []

  /// The study, or exit code 2 with everything that is wrong.
  func load() throws -> Study {
    let overrides = try settings.map { text in
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        Terminal.message("--set \(text): expected KEY=VALUE, for example --set seed=7")
        throw ExitCode(2)
      }
      return Study.Override(
        path: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
    }
    return try reporting { () throws(RunError) in
      try Study(reading: study, overrides: overrides)
    }
  }
}

/// Runs `body`; an error goes to standard error and becomes its exit code.
func reporting<Result>(_ body: () throws(RunError) -> Result) throws -> Result {
  do throws(RunError) { return try body() } catch {
    Terminal.message("\(error)")
    throw ExitCode(error.exitCode)
  }
}
