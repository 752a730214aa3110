#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Elapsed and processor seconds of some work: on a machine that others use the second tells more.
struct Timing {
  let elapsed: Double
  let processor: Double

  init(_ work: () throws -> Void) rethrows {
    let (start, before) = (ContinuousClock.now, clock())
    try work()
    processor = Double(clock() - before) / 1_000_000
    let duration = ContinuousClock.now - start
    elapsed = Double(duration.components.seconds) + 1e-18 * Double(duration.components.attoseconds)
  }
}

/// One row of the table that run.sh prints: task, tool, rows, elapsed seconds, processor seconds, note.
func report(_ task: String, rows: Int, _ time: Timing, _ note: String) {
  func shown(_ x: Double) -> String { "\((x * 1000).rounded() / 1000)" }
  print("\(task)\tcounterpart\t\(rows)\t\(shown(time.elapsed))\t\(shown(time.processor))\t\(note)")
}
