/// The replicates of one block, as they are kept while a run goes on.
public struct ReplicateBlock: Sendable, Codable {
  let runs: [ReplicateRun]

  /// Whether it holds these replicates and no others.
  func holds(_ range: Range<Int>) -> Bool {
    runs.map { Int($0.replicate) } == Array(range)
  }
}

/// Where finished blocks of replicates are kept, so that a run that was stopped loses one block at most.
public protocol BlockStore: Sendable {
  /// The block of that number from 0, if it was kept by a run of the same scenario.
  func block(_ number: Int) -> ReplicateBlock?
  func keep(_ block: ReplicateBlock, number: Int)
}
