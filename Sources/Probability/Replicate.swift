internal import Dispatch
internal import Synchronization

/// Runs `body` once for each index, on up to `threads` threads, and gives the results in index order.
///
/// What `body` returns must depend on its index alone (take randomness from a ``RandomStream`` keyed by the
/// index); then so does the whole, whatever the number of threads. The first error by index is thrown.
public func replicate<Result: Sendable, Failure: Error>(
  _ count: Int, threads: Int,
  _ body: @escaping @Sendable (_ index: Int) throws(Failure) -> Result
) throws(Failure) -> [Result] {
  let workers = max(1, min(threads, count))
  var outcomes = [Swift.Result<Result, Failure>?](repeating: nil, count: count)
  if workers == 1 {
    var results: [Result] = []
    results.reserveCapacity(count)
    for index in 0..<count { results.append(try body(index)) }
    return results
  }
  let next = IndexDispenser(limit: count)
  // Safe: the dispenser gives each index to one worker, which alone writes that slot; concurrentPerform
  // returns only after every worker has ended.
  unsafe outcomes.withUnsafeMutableBufferPointer { buffer in
    let slots = unsafe Slots(base: buffer)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      while let index = next.take() {
        let outcome: Swift.Result<Result, Failure>
        do throws(Failure) { outcome = .success(try body(index)) } catch {
          outcome = .failure(error)
        }
        unsafe slots.base[index] = outcome
      }
    }
  }
  var results: [Result] = []
  results.reserveCapacity(count)
  for case .some(let outcome) in outcomes { results.append(try outcome.get()) }
  return results
}

/// Hands out 0 ..< limit, each index once.
private final class IndexDispenser: Sendable {
  private let limit: Int
  private let position = Mutex(0)

  init(limit: Int) { self.limit = limit }

  func take() -> Int? {
    position.withLock { position in
      guard position < limit else { return nil }
      defer { position += 1 }
      return position
    }
  }
}

@unsafe private struct Slots<Element>: @unchecked Sendable {
  let base: UnsafeMutableBufferPointer<Element>
}
