import Counterpart
import Foundation

/// Standard error, for messages and progress; standard output carries results only.
enum Terminal {
  static func message(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  /// Writes without ending the line.
  static func status(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }

  static var showsProgress: Bool { isatty(STDERR_FILENO) != 0 }
}
