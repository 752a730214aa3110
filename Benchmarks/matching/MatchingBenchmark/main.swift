import Foundation
import LinearAlgebra
import Matching
import Probability

/// `MatchingBenchmark METHOD TREATED CONTROLS DIMENSIONS` times one method on one random problem and prints a row:
/// method, tool, size, elapsed seconds, processor seconds, peak memory. `MatchingBenchmark two-level` times schools
/// and pupils matched together. One problem a process, so that the memory is its own.

let methods: [String: any MatchingMethod] = [
  "nearest": NearestNeighbour(), "optimal": OptimalPairs(), "full": OptimalFull(),
  "optimal 1:2": OptimalPairs(ratio: 2),
  "full, at most 20": OptimalFull(bounds: SetBounds(minimum: 0.5, maximum: 20)),
  "nearest, near-exact": NearestNeighbour(nearExact: ["kind"]),
  "full, near-exact": OptimalFull(nearExact: ["kind"]),
]

/// Peak resident memory of this process in megabytes; `nil` where the system does not say.
func peakMegabytes() -> Int? {
  guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else {
    return nil
  }
  let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
  return line.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) }.map {
    $0 / 1024
  }
}

func report(_ task: String, _ size: String, _ note: String, _ work: () throws -> Void) rethrows {
  let (start, before) = (ContinuousClock.now, clock())
  try work()
  let processor = Double(clock() - before) / 1_000_000
  let duration = ContinuousClock.now - start
  let elapsed =
    Double(duration.components.seconds) + 1e-18 * Double(duration.components.attoseconds)
  func shown(_ x: Double) -> String { "\((x * 10_000).rounded() / 10_000)" }
  let memory = peakMegabytes().map { "\($0) MB" } ?? "-"
  print(
    "\(task)\tcounterpart\t\(size)\t\(shown(elapsed))\t\(shown(processor))\t\(memory)\t\(note)")
}

let arguments = CommandLine.arguments.dropFirst()
if arguments.first == "two-level" {
  let schools = try TwoLevelProblem(schools: 160, pupils: 45)
  try report("schools and pupils, jointly", "160 x 7200", "") { try schools.match() }
} else if arguments.count == 4, let name = arguments.first, let method = methods[name] {
  let sizes = arguments.dropFirst().compactMap { Int($0) }
  let problem = ScoreOrPoints(treated: sizes[0], controls: sizes[1], dimensions: sizes[2]).problem
  let basis = sizes[2] == 1 ? "score" : "Mahalanobis, \(sizes[2]) covariates"
  try report("\(name), \(basis)", "\(sizes[0]) x \(sizes[1])", "") {
    var stream = RandomStream(Seed(1))
    _ = try method.match(problem, using: &stream)
  }
} else {
  print("usage: MatchingBenchmark METHOD TREATED CONTROLS DIMENSIONS, or two-level")
  exit(2)
}
