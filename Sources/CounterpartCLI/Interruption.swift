import Counterpart
import Dispatch
import Foundation

/// Ends the process cleanly on ctrl-C or a polite kill: what is half-written goes away, exit code 5.
final class Interruption {
  private var sources: [any DispatchSourceSignal] = []

  /// - Parameters:
  ///   - lock: held while a folder is put in its place, so that this waits for it.
  ///   - discard: takes away what has been written so far.
  init(lock: PublicationLock, discard: @escaping @Sendable () -> Void) {
    for code in [SIGINT, SIGTERM] {
      signal(code, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: code, queue: .global())
      source.setEventHandler {
        lock.withLock {
          discard()
          Terminal.message(
            (Terminal.showsProgress ? "\n" : "")
              + "interrupted: nothing was left half-written; run again to go on after the last "
              + "finished step")
          exit(5)
        }
      }
      source.resume()
      sources.append(source)
    }
  }
}
