internal import Probability

/// The share that two arms' densities of a variable have in common: 1 where they are the same, 0 where they
/// do not meet (Inman & Bradley 1989, DOI 10.1080/03610928908830127).
///
/// ∫ min(f₁, f₀) of Gaussian kernel densities on 512 points, from three bandwidths below the least value to
/// three above the largest. Both arms are smoothed with Scott's bandwidth 1.06 · min(s, interquartile
/// range/1.34) · n^(−1/5) of the smaller arm before matching, so that before and after compare (Franklin et
/// al. 2014, DOI 10.1002/sim.5984). For a 0/1 variable 1 − |difference of shares|.
struct OverlapCoefficient {
  let value: Double

  /// - Parameter weights: zero for units that do not count.
  init(_ values: [Double], treated: [Bool], weights: [Double]) {
    let arms = [true, false].map { arm in
      values.indices.filter { treated[$0] == arm && weights[$0] > 0 }
    }
    let whole = [true, false].map { arm in values.indices.filter { treated[$0] == arm } }
    let smaller = whole[0].count <= whole[1].count ? whole[0] : whole[1]
    let wide = Self.bandwidth(smaller.map { values[$0] })
    let used = arms.flatMap { $0 }.map { values[$0] }
    guard let least = used.min(), let most = used.max() else {
      value = .nan
      return
    }
    guard most > least, wide > 0 else {
      value = most > least ? 0 : 1
      return
    }
    let points = 512
    let low = least - 3 * wide
    let step = (most - least + 6 * wide) / Double(points - 1)
    let densities = arms.map { units in
      Self.density(
        units.map { (values[$0] - low) / step }, weights: units.map { weights[$0] },
        // A bandwidth below the grid's step would fall between its points.
        bandwidth: max(wide, step) / step, points: points)
    }
    var common = 0.0
    for (a, b) in zip(densities[0], densities[1]) { common += min(a, b) }
    value = min(1, max(0, common))
  }

  private static func bandwidth(_ values: [Double]) -> Double {
    guard values.count > 1 else { return 0 }
    let sorted = values.sorted()
    let deviation = sampleVariance(values).squareRoot()
    let range = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.34
    let size = range > 0 ? min(deviation, range) : deviation
    return 1.06 * size * PortableMath.exp(-PortableMath.log(Double(values.count)) / 5)
  }

  /// The density times the step at each grid point: values are shared between the two points beside them, and
  /// these are smoothed.
  private static func density(
    _ places: [Double], weights: [Double], bandwidth: Double, points: Int
  ) -> [Double] {
    var mass = [Double](repeating: 0, count: points)
    var total = 0.0
    for weight in weights { total += weight }
    for (place, weight) in zip(places, weights) {
      let below = min(points - 2, max(0, Int(place)))
      let share = place - Double(below)
      mass[below] += weight / total * (1 - share)
      mass[below + 1] += weight / total * share
    }
    let reach = min(points - 1, Int(6 * bandwidth) + 1)
    let scale = 1 / (bandwidth * (2 * Double.pi).squareRoot())
    let kernel = (0...reach).map { offset in
      scale * PortableMath.exp(-0.5 * (Double(offset) / bandwidth) * (Double(offset) / bandwidth))
    }
    var result = [Double](repeating: 0, count: points)
    for (point, share) in mass.enumerated() where share > 0 {
      for other in max(0, point - reach)...min(points - 1, point + reach) {
        result[other] += share * kernel[abs(other - point)]
      }
    }
    return result
  }
}
