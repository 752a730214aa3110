internal import Synchronization

/// Keeps an interruption from falling between the two moves that put a folder in its place.
///
/// A run publishes inside ``withLock(_:)``; whoever ends the process does so inside it as well.
public final class PublicationLock: Sendable {
  private let mutex = Mutex(())

  public init() {}

  public func withLock<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var outcome: Swift.Result<Result, Failure>?
    mutex.withLock { _ in
      do throws(Failure) { outcome = .success(try body()) } catch { outcome = .failure(error) }
    }
    guard let outcome else { preconditionFailure("a lock's body always runs") }
    return try outcome.get()
  }
}
