import ArgumentParser
import Foundation

/// Standard error, for messages and progress; standard output carries results only.
enum Terminal {
  /// Writes a result to standard output.
  ///
  /// - Throws: exit code 2 where it cannot be written, such as to a full disk.
  static func result(_ text: String) throws {
    do { try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8)) } catch {
      message("standard output cannot be written: \(error.localizedDescription)")
      throw ExitCode(2)
    }
  }

  static func message(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  /// Writes without ending the line.
  static func status(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }

  static var showsProgress: Bool { isatty(STDERR_FILENO) != 0 }
}
