import ArgumentParser
import Counterpart

@main
struct CounterpartCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "counterpart", version: Version.current)
}
