import ArgumentParser
import Counterpart
import Tables

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Print the JSON Schema of the study file, for editors.")

  func run() throws { try Terminal.result(StudySchema.json.text) }
}
