internal import Probability
internal import Tables

/// What repeating a study on draws with known truth says of one estimate.
///
/// Bias is the mean of estimate less truth; its Monte Carlo standard error is the standard deviation of that
/// difference over √draws. Coverage is the share of 95 % intervals that hold the truth, with Clopper and Pearson's
/// interval (1934, doi:10.1093/biomet/26.4.404). Power is the share of intervals that leave out zero (Morris, White &
/// Crowther 2019, doi:10.1002/sim.8086).
struct RehearsalRow: TidyRow, Hashable {
  let name: String
  let step: String
  let draws: Int
  let truth: Double
  let estimate: Double
  let bias: Double
  let biasError: Double
  let spread: Double
  let reported: Double
  let covered: Int
  let detected: Int

  static let schema = [
    Field("name", "the estimate, as the study names it"),
    Field("step", "the step that gives it"),
    Field("draws", "draws in which it could be estimated"),
    Field("truth", "mean over the draws of what is true in each"),
    Field("estimate", "mean of the estimates"),
    Field("bias", "mean of estimate less truth"),
    Field("bias_mcse", "Monte Carlo standard error of the bias"),
    Field("relative_bias", "bias as a share of the truth"),
    Field("sd", "standard deviation of estimate less truth"),
    Field("mean_std_error", "root of the mean squared standard error that was reported"),
    Field("coverage", "share of 95 % intervals that hold the truth"),
    Field("coverage_low", "lower end of its 95 % interval"),
    Field("coverage_high", "upper end"),
    Field("power", "share of 95 % intervals without zero"),
  ]

  init(name: String, step: String, draws: [(test: TestedTerm, truth: Double)]) {
    self.name = name
    self.step = step
    self.draws = draws.count
    let n = Double(max(1, draws.count))
    let errors = draws.map { $0.test.estimate - $0.truth }
    truth = draws.reduce(0) { $0 + $1.truth } / n
    estimate = draws.reduce(0) { $0 + $1.test.estimate } / n
    let mean = errors.reduce(0, +) / n
    bias = mean
    let variance =
      draws.count > 1 ? errors.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1) : .nan
    spread = variance.squareRoot()
    biasError = (variance / n).squareRoot()
    reported =
      (draws.reduce(0) { $0 + $1.test.standardError * $1.test.standardError } / n).squareRoot()
    covered = draws.count { $0.test.low <= $0.truth && $0.truth <= $0.test.high }
    detected = draws.count { $0.test.low > 0 || $0.test.high < 0 }
  }

  var coverage: Double { Double(covered) / Double(max(1, draws)) }
  var power: Double { Double(detected) / Double(max(1, draws)) }

  /// Clopper and Pearson's interval, by halving on the binomial tails.
  static func interval(_ hits: Int, of draws: Int) -> (low: Double, high: Double) {
    guard draws > 0 else { return (0, 1) }
    func tail(_ p: Double, atLeast: Bool) -> Double {
      var sum = 0.0
      var logCoefficient = 0.0
      for k in 0...draws {
        if k > 0 { logCoefficient += PortableMath.log(Double(draws - k + 1) / Double(k)) }
        guard atLeast ? k >= hits : k <= hits else { continue }
        if p <= 0 || p >= 1 {
          sum += (p <= 0) == (k == 0) && (p >= 1) == (k == draws) ? 1 : 0
        } else {
          sum += PortableMath.exp(
            logCoefficient + Double(k) * PortableMath.log(p)
              + Double(draws - k) * PortableMath.log(1 - p))
        }
      }
      return sum
    }
    func root(_ atLeast: Bool) -> Double {
      var (low, high) = (0.0, 1.0)
      for _ in 0..<60 {
        let middle = (low + high) / 2
        // The upper tail grows with p and the lower one falls.
        if (tail(middle, atLeast: atLeast) < 0.025) == atLeast {
          low = middle
        } else {
          high = middle
        }
      }
      return (low + high) / 2
    }
    return (hits == 0 ? 0 : root(true), hits == draws ? 1 : root(false))
  }

  var cells: [Cell] {
    let range = Self.interval(covered, of: draws)
    return [
      .text(name), .text(step), .count(draws), .number(truth), .number(estimate), .number(bias),
      .number(biasError), .number(truth == 0 ? .nan : bias / truth), .number(spread),
      .number(reported), .number(coverage), .number(range.low), .number(range.high),
      .number(power),
    ]
  }
}
