import Designs
import Probability

/// Made-up pupils in schools for the growth of time with rows, schools, covariates and random effects.
struct Growing {
  var rows = 400_000
  var schools = 2_000
  var covariates = 8
  /// Random effects of a school: the intercept and slopes on the first covariates.
  var effects = 2

  func frame(seed: Seed = Seed(5)) -> ModelFrame {
    var draw = RandomStream(seed["schools"])
    let slopes = (0..<schools * effects).map { _ in 0.2 * draw.normal() }
    var codes: [Int32] = []
    var columns = [[Double]](repeating: [], count: covariates)
    var outcome: [Double] = []
    for row in 0..<rows {
      var pupil = RandomStream(seed["pupils"], entity: UInt32(row))
      // Every school has a pupil.
      let school = row < schools ? row : pupil.index(below: schools)
      codes.append(Int32(school))
      var value = slopes[school * effects] + pupil.normal()
      for k in 0..<covariates {
        let x = pupil.normal()
        columns[k].append(x)
        value += 0.1 * x
        if k + 1 < effects { value += slopes[school * effects + k + 1] * x }
      }
      outcome.append(value)
    }
    var named = [ModelFrame.NamedColumn("(Intercept)", .constant(1))]
    for (k, values) in columns.enumerated() {
      named.append(ModelFrame.NamedColumn("x\(k + 1)", .values(values)))
    }
    named.append(ModelFrame.NamedColumn("y", .values(outcome)))
    let factor = GroupingFactor(
      name: "school", codes: codes, levels: (0..<schools).map { "\($0)" })
    return ModelFrame(
      selection: nil, rowCount: rows, columns: named, fixed: Array(0...covariates),
      response: covariates + 1,
      random: [RandomTerm(factor: factor, columns: Array(0..<effects))])
  }
}
