import Foundation

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

/// The most memory that the program has held, in megabytes, as Linux tells; not a number elsewhere.
func peakMemory() -> Double {
  guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
    let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
    let size = line.split(separator: " ").compactMap({ Double($0) }).first
  else { return .nan }
  return size / 1024
}

func rounded(_ x: Double, _ digits: Int = 3) -> String {
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  return "\((x * scale).rounded() / scale)"
}

/// One row of the table that run.sh prints: task, tool, size, figure, unit, note.
func row(_ task: String, _ size: String, _ figure: String, _ unit: String, _ note: String) {
  print("\(task)\tcounterpart\t\(size)\t\(figure)\t\(unit)\t\(note)")
}
