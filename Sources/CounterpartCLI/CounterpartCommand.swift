import ArgumentParser
import Counterpart
import StudyFiles

/// The command: arguments, exit codes and terminal progress, and nothing else.
@main
struct CounterpartCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "counterpart",
    abstract: "Did partnership make a difference, and what if schools partnered differently?",
    discussion: """
      A study file says what data to read, whom to compare, what to fit and what to simulate. \
      Start with `counterpart check STUDY`, then `counterpart run STUDY`.

      Exit codes: 0 done, 1 a check of results failed or `verify` differs, 2 study file or command \
      line wrong, 3 data wrong, 4 could not be estimated, 5 interrupted.
      """,
    version: Version.current,
    subcommands: [
      CheckCommand.self, RunCommand.self, VerifyCommand.self, DiffCommand.self,
      DescribeCommand.self, FreezeCommand.self, SchemaCommand.self, SynthCommand.self,
    ])

  /// What to say about a first word that is no command; the parser would call it an unexpected argument.
  private static var unknownCommand: String? {
    let known = configuration.subcommands.compactMap { $0.configuration.commandName }
    guard let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-"),
      word != "help", !known.contains(word)
    else { return nil }
    let later = ["new", "submit", "merge", "export-r"]
    guard !later.contains(word) else { return "`\(word)` is not available in this version" }
    return "unknown command `\(word)`" + suggestion(for: word, among: known)
  }

  /// The parser's own exit code for a wrong command line is 64; ours is 2.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let error as ExitCode {
      exit(withError: error)
    } catch {
      let code = exitCode(for: error)
      guard code == .validationFailure else { exit(withError: error) }
      Terminal.message(unknownCommand ?? fullMessage(for: error))
      exit(withError: ExitCode(2))
    }
  }
}
