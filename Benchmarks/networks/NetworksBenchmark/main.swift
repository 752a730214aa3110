import Foundation
import Networks
import Probability

// Usage: NetworksBenchmark TASK [ARGUMENT…]
//   ministep N        µs a mini-step among N actors
//   density N         the density that those are timed at, for the peer
//   growth            the exponent of that time in N
//   fit [FOLDER]      method of moments, 50 actors, three waves, 3,000 runs in the last phase; FOLDER gets the waves
//   england N         one replicate of ten years of N schools
//   families N|FILE   schools of the synthetic register, or of a file, divided into families of 12 to 20
//   leaders FOLDER    collaboration among 43 school leaders in two waves, estimated, with its fit
//   coverage R [T [SET]]
//                     coverage of 95 % intervals over R panels on T threads; SET is directed, undirected, coevolution,
//                     relations or all; N and all parameters after it, in the order of the table, take the place of its own
//   score-coverage …  the same of intervals by the score-type test, some five times as long
let arguments = CommandLine.arguments
let task = arguments.count > 1 ? arguments[1] : ""

func number(_ position: Int, or value: Int) -> Int {
  arguments.count > position ? Int(arguments[position]) ?? value : value
}

/// µs a mini-step, the best of five tries: on a shared machine the others measure the neighbours.
func microseconds(_ count: Int) -> (time: Double, degree: Double) {
  let (start, kinds) = Worlds.sparse(count)
  let density = Worlds.steadyDensity(count)
  let simulator = Worlds.simulator(kinds, [6, density, 1.5, 0.2, 0.2])
  var random = RandomStream(Seed(7))
  var work = PeriodSimulator.Workspace(simulator)
  var best = Double.infinity
  var (ties, runs) = (0, 0)
  for _ in 0..<5 {
    var steps = 0
    let time = Timing {
      while steps < 200_000 {
        let run = simulator.run(from: start, until: .time(1), using: &random, &work)
        steps += run.miniSteps[0]
        ties += run.state.network.tieCount
        runs += 1
      }
    }
    best = min(best, time.processor / Double(steps) * 1e6)
  }
  return (best, Double(ties) / Double(runs * count))
}

switch task {
case "ministep":
  let count = number(2, or: 50)
  let (time, degree) = microseconds(count)
  row(
    "mini-step", "\(count)", rounded(time), "µs",
    "mean degree \(rounded(degree, 1)), peak \(rounded(peakMemory(), 0)) MB")
case "density":
  print(Worlds.steadyDensity(number(2, or: 50)))
case "growth":
  let sizes = [200, 2_000, 20_000]
  let times = sizes.map { microseconds($0).time }
  let exponent =
    (Foundation.log(times[2]) - Foundation.log(times[0])) / Foundation.log(100)
  row(
    "growth", "200–20000", rounded(exponent), "exponent",
    "µs: " + times.map { rounded($0) }.joined(separator: ", "))
case "fit":
  let (panel, kinds) = try Worlds.panel(
    actors: 50, waves: 3, [6, -2.2, 1.8, 0.3, 0.3], replicate: 0)
  if arguments.count > 2 {
    let folder = URL(fileURLWithPath: arguments[2])
    for (k, wave) in panel.waves.enumerated() {
      let text = (0..<50).map { i in
        (0..<50).map { i != $0 && wave.network.hasTie(i, $0) ? "1" : "0" }.joined(separator: ",")
      }.joined(separator: "\n")
      try Data((text + "\n").utf8).write(to: folder.appendingPathComponent("wave\(k + 1).csv"))
    }
    let text = kinds.map { "\(Int($0))" }.joined(separator: "\n")
    try Data((text + "\n").utf8).write(to: folder.appendingPathComponent("kinds.csv"))
  }
  var result: FormationEstimate?
  let time = try Timing {
    result = try MomentEstimator(Worlds.model(kinds), panel, replicates: 3000)
      .estimate(seed: Seed(8), threads: 1)
  }
  row(
    "fit", "50 × 3 waves", rounded(time.processor), "s",
    "3000 runs, overall t-ratio \(rounded(result?.overallConvergence ?? .nan)), density "
      + rounded(result?.parameters[2].estimate ?? .nan))
case "england":
  let schools = number(2, or: 24_000)
  var england: England?
  let setup = Timing { england = England(schools: schools) }
  guard let england else { exit(1) }
  var best = Double.infinity
  var last = (ties: 0, gain: 0.0)
  for replicate in 0..<3 {
    best = min(best, Timing { last = england.run(replicate: UInt32(replicate)) }.processor)
  }
  row(
    "england", "\(schools) × 10 years", rounded(best), "s a replicate",
    "full choice set, \(last.ties) ties, gain \(rounded(last.gain)), setting up \(rounded(setup.processor, 1)) "
      + "s, peak \(rounded(peakMemory(), 0)) MB")
case "families":
  if let count = arguments.count > 2 ? Int(arguments[2]) : 3300 {
    try Dividing(schools: count).printRows()
  } else {
    try Dividing(file: arguments[2], most: number(3, or: .max)).printRows()
  }
case "leaders":
  guard arguments.count > 2 else { exit(1) }
  try Leaders(folder: arguments[2]).printEstimate()
case "coverage", "score-coverage":
  // 500, or 100..<200 for some of them.
  let ends = (arguments.count > 2 ? arguments[2] : "").split(separator: "..<").compactMap {
    Int($0)
  }
  let panels = ends.count == 2 ? ends[0]..<max(ends[0], ends[1]) : 0..<(ends.first ?? 500)
  let name = arguments.count > 4 ? arguments[4] : "directed"
  let values = arguments.dropFirst(6).compactMap { Double($0) }
  for set in Coverage.Truth.all where set.name == name || name == "all" {
    var truth = set
    if values.count == set.values.count {
      (truth.values, truth.actors) = (values, number(5, or: set.actors))
    }
    print("\n### \(truth.name)\n")
    Coverage(
      truth, task == "coverage" ? .wald : .score, panels: panels, threads: number(3, or: 2)
    ).printTable()
  }
default:
  print("tasks: ministep, growth, fit, england, families, leaders, coverage, score-coverage")
}
