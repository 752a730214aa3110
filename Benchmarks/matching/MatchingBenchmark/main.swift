import Foundation
import LinearAlgebra
import Matching
import Probability

/// `MatchingBenchmark METHOD TREATED CONTROLS DIMENSIONS` times one method on one random problem and prints a row:
/// method, tool, size, elapsed seconds, processor seconds, peak memory, note. `MatchingBenchmark two-level SCHOOLS
/// PUPILS` times schools and pupils matched together. One problem a process, so that the memory is its own. `write
/// FILE` before either writes the problem for a peer instead.

let methods: [String: any MatchingMethod] = [
  "nearest": NearestNeighbour(), "optimal": OptimalPairs(), "full": OptimalFull(),
  "optimal 1:2": OptimalPairs(ratio: 2),
  "optimal, fine balance": OptimalPairs(ratio: .fixed(1), fine: ["kind"]),
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

/// Times `work` and prints its row; what takes under a second is done up to five times and the least time shown, so
/// that a clock tick is not the answer. The first time alone decides the memory.
func report(_ task: String, _ size: String, _ work: () throws -> String) rethrows {
  var (elapsed, processor) = (Double.infinity, Double.infinity)
  var note = ""
  var memory: Int?
  for turn in 0..<5 where turn == 0 || elapsed < 1 {
    let (start, before) = (ContinuousClock.now, clock())
    note = try work()
    let seconds = Double(clock() - before) / 1_000_000
    let duration = ContinuousClock.now - start
    processor = min(processor, seconds)
    elapsed = min(
      elapsed,
      Double(duration.components.seconds) + 1e-18 * Double(duration.components.attoseconds))
    if turn == 0 { memory = peakMegabytes() }
  }
  func shown(_ x: Double) -> String { "\((x * 10_000).rounded() / 10_000)" }
  print(
    "\(task)\tcounterpart\t\(size)\t\(shown(elapsed))\t\(shown(processor))\t"
      + "\(memory.map { "\($0) MB" } ?? "-")\t\(note)")
}

/// The distances of all pairs, or of each set's links, together.
func total(_ sample: MatchedSample) -> String {
  let sum = sample.optimum?.objective ?? sample.pairs.reduce(0) { $0 + $1.distance }
  let proof = sample.optimum.map {
    abs($0.objective - $0.dual) <= 1e-9 * max($0.objective, 1e-3) ? ", proved" : ", not proved"
  }
  return "total distance \((sum * 1e6).rounded() / 1e6)\(proof ?? "")"
}

var arguments = Array(CommandLine.arguments.dropFirst())
var file: String?
if arguments.first == "write", arguments.count > 1 {
  file = arguments[1]
  arguments.removeFirst(2)
}
let sizes = arguments.dropFirst().compactMap { Int($0) }
if arguments.first == "two-level", sizes.count == 2 {
  let schools = try TwoLevelProblem(schools: sizes[0], pupils: sizes[1])
  if let file {
    try schools.csv.write(toFile: file, atomically: true, encoding: .utf8)
  } else {
    try report("schools and pupils, jointly", "\(sizes[0]) x \(sizes[1])") { try schools.match() }
  }
} else if sizes.count == 3, let name = arguments.first, let method = methods[name] {
  let problem = ScoreOrPoints(treated: sizes[0], controls: sizes[1], dimensions: sizes[2]).problem
  let basis = sizes[2] == 1 ? "score" : "Mahalanobis, \(sizes[2]) covariates"
  if let file {
    try problem.csv.write(toFile: file, atomically: true, encoding: .utf8)
  } else {
    try report("\(name), \(basis)", "\(sizes[0]) x \(sizes[1])") {
      var stream = RandomStream(Seed(1))
      return total(try method.match(problem, using: &stream))
    }
  }
} else {
  print("usage: MatchingBenchmark [write FILE] METHOD TREATED CONTROLS DIMENSIONS")
  print("       MatchingBenchmark [write FILE] two-level SCHOOLS PUPILS")
  exit(2)
}
