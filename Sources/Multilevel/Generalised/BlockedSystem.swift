internal import LinearAlgebra

/// M = ΛᵀZᵀWZΛ + I for given weights, factored: the first factor's blocks by hand, the Schur complement
/// of each component by LAPACK.
struct BlockedSystem: Sendable {
  private let structure: BlockedStructure
  /// L of each group's block D = LLᵀ, width², column-major.
  private var lower: [Double]
  /// L⁻¹Cᵀ of each group's coupling C, width × the group's coupled effects, column-major.
  private var coupling: [Double]
  private var complements: [Cholesky] = []
  /// log |M|
  private(set) var logDeterminant = 0.0

  /// - Parameters:
  ///   - scaled: rows of ZΛ, `count` × k.
  ///   - weights: one a row.
  /// - Throws: where numbers have overflowed; M is positive definite otherwise.
  init(
    _ structure: BlockedStructure, observations: GeneralisedObservations, scaled: [Double],
    weights: [Double]
  ) throws(FactorizationError) {
    self.structure = structure
    let k = structure.width
    lower = [Double](repeating: 0, count: structure.groupCount * k * k)
    coupling = [Double](repeating: 0, count: structure.coupled.count * k)
    let sizes = structure.componentSizes
    var denseStarts = [0]
    for size in sizes { denseStarts.append(denseStarts[denseStarts.count - 1] + size * size) }
    var dense = [Double](repeating: 0, count: denseStarts[sizes.count])
    for (component, size) in sizes.enumerated() {
      for i in 0..<size { dense[denseStarts[component] + i + i * size] = 1 }
    }
    for group in 0..<structure.groupCount {
      for c in 0..<k { lower[group * k * k + c + c * k] = 1 }
      BlockedSystem.assemble(
        group, &lower, &coupling, &dense, structure: structure, denseStarts: denseStarts,
        rows: observations.starts[group]..<observations.starts[group + 1], scaled: scaled,
        weights: weights)
      logDeterminant += try BlockedSystem.eliminate(
        group, &lower, &coupling, from: &dense, structure: structure, denseStarts: denseStarts)
    }
    for (component, size) in sizes.enumerated() {
      let block = Array(dense[denseStarts[component]..<denseStarts[component + 1]])
      let factor = try Cholesky(Matrix(rows: size, columns: size, elements: block))
      logDeterminant += factor.logDeterminant
      complements.append(factor)
    }
  }

  /// Adds a group's rows to its block, its coupling and its component.
  private static func assemble(
    _ group: Int, _ lower: inout [Double], _ coupling: inout [Double], _ dense: inout [Double],
    structure: BlockedStructure, denseStarts: [Int], rows: Range<Int>, scaled: [Double],
    weights: [Double]
  ) {
    let k = structure.width
    let total = rows.isEmpty ? k : scaled.count / weights.count
    var lower = lower.mutableSpan
    var coupling = coupling.mutableSpan
    var dense = dense.mutableSpan
    let (scaled, weights) = (scaled.span, weights.span)
    let (effects, places) = (structure.effects.span, structure.places.span)
    let block = group * k * k
    let couplingStart = structure.couplingStarts[group] - k
    for row in rows {
      let weight = weights[row]
      let z = row * total
      for c in 0..<k {
        let value = weight * scaled[z + c]
        for r in c..<k { lower[block + r + c * k] += value * scaled[z + r] }
      }
      for c in k..<total {
        let effect = Int(effects[z + c])
        guard effect >= 0 else { continue }
        let value = weight * scaled[z + c]
        let place = Int(places[z + c])
        if place >= 0 {
          let column = (couplingStart + place) * k
          for r in 0..<k { coupling[column + r] += value * scaled[z + r] }
        }
        let component = Int(structure.componentOf[effect - structure.restStart])
        let base = structure.componentStarts[component]
        let size = structure.componentStarts[component + 1] - base
        for other in k...c {
          let second = Int(effects[z + other])
          guard second >= 0 else { continue }
          let (i, j) = (max(effect, second) - base, min(effect, second) - base)
          dense[denseStarts[component] + i + j * size] += value * scaled[z + other]
        }
      }
    }
  }

  /// Factors a group's block and takes its share from its component's Schur complement.
  ///
  /// Static and on spans: a method of `self` that changes one of its arrays would copy it, once a column.
  ///
  /// - Returns: log det of the block.
  private static func eliminate(
    _ group: Int, _ lower: inout [Double], _ coupling: inout [Double], from dense: inout [Double],
    structure: BlockedStructure, denseStarts: [Int]
  ) throws(FactorizationError) -> Double {
    let k = structure.width
    let logDeterminant = try factorBlock(at: group * k * k, of: &lower, width: k)
    let range = structure.couplingStarts[group]..<structure.couplingStarts[group + 1]
    guard let first = range.first else { return logDeterminant }
    let block = TriangularBlock(start: group * k * k, width: k)
    let factor = lower.span
    var coupling = coupling.mutableSpan
    var dense = dense.mutableSpan
    let coupled = structure.coupled.span
    for column in range { block.forward(factor, &coupling, at: column * k) }
    let component = Int(structure.componentOf[Int(coupled[first]) - structure.restStart])
    let base = structure.componentStarts[component]
    let size = structure.componentStarts[component + 1] - base
    let start = denseStarts[component]
    for a in range {
      let i = Int(coupled[a]) - base
      for b in range.lowerBound...a {
        let j = Int(coupled[b]) - base
        var sum = 0.0
        for c in 0..<k { sum += coupling[a * k + c] * coupling[b * k + c] }
        dense[start + max(i, j) + min(i, j) * size] -= sum
      }
    }
    return logDeterminant
  }

  /// Replaces a block by its Cholesky factor; returns its log determinant.
  private static func factorBlock(
    at block: Int, of lower: inout [Double], width k: Int
  ) throws(FactorizationError) -> Double {
    var logDeterminant = 0.0
    var lower = lower.mutableSpan
    for c in 0..<k {
      var pivot = lower[block + c + c * k]
      for j in 0..<c { pivot -= lower[block + c + j * k] * lower[block + c + j * k] }
      guard pivot > 0, pivot.isFinite else { throw .notPositiveDefinite(order: c + 1) }
      logDeterminant += logarithm(pivot)
      let root = pivot.squareRoot()
      lower[block + c + c * k] = root
      for r in c + 1..<max(k, c + 1) {
        var value = lower[block + r + c * k]
        for j in 0..<c { value -= lower[block + r + j * k] * lower[block + c + j * k] }
        lower[block + r + c * k] = value / root
      }
    }
    return logDeterminant
  }

  /// Where the factor of a group's block lies in `lower`.
  private func block(of group: Int) -> TriangularBlock {
    TriangularBlock(start: group * structure.width * structure.width, width: structure.width)
  }

  /// M⁻¹ b, over all effects.
  func solve(_ b: [Double]) -> [Double] {
    var x = b
    eliminateForward(&x)
    for (component, factor) in complements.enumerated() {
      let range =
        structure.componentStarts[component]..<structure.componentStarts[component + 1]
      x.replaceSubrange(range, with: factor.solve(Array(x[range])))
    }
    eliminateBackward(&x)
    return x
  }

  private func eliminateForward(_ x: inout [Double]) {
    let k = structure.width
    var x = x.mutableSpan
    let (coupled, coupling) = (structure.coupled.span, coupling.span)
    let starts = structure.couplingStarts.span
    for group in 0..<structure.groupCount {
      block(of: group).forward(lower.span, &x, at: group * k)
      for column in starts[group]..<starts[group + 1] {
        var sum = 0.0
        for c in 0..<k { sum += coupling[column * k + c] * x[group * k + c] }
        x[Int(coupled[column])] -= sum
      }
    }
  }

  /// 𝓛⁻ᵀ z with M = 𝓛𝓛ᵀ: of standard normal z, numbers with covariance M⁻¹.
  func solveHalf(_ z: [Double]) -> [Double] {
    var x = z
    for (component, factor) in complements.enumerated() {
      let range =
        structure.componentStarts[component]..<structure.componentStarts[component + 1]
      let own = Matrix(rows: range.count, columns: 1, elements: Array(x[range]))
      x.replaceSubrange(range, with: factor.solveLowerTransposed(own).elements)
    }
    eliminateBackward(&x)
    return x
  }

  private func eliminateBackward(_ x: inout [Double]) {
    let k = structure.width
    var x = x.mutableSpan
    let (coupled, coupling) = (structure.coupled.span, coupling.span)
    let starts = structure.couplingStarts.span
    for group in 0..<structure.groupCount {
      for column in starts[group]..<starts[group + 1] {
        let value = x[Int(coupled[column])]
        for c in 0..<k { x[group * k + c] -= coupling[column * k + c] * value }
      }
      block(of: group).backward(lower.span, &x, at: group * k)
    }
  }

  /// The blocks of M⁻¹ over the components.
  func componentInverses() -> [Matrix] { complements.map(\.inverse) }

  /// The blocks of M⁻¹ over one group's effects and the effects that it meets, in that order:
  /// (width + coupled)², symmetric.
  ///
  /// - Parameter components: ``componentInverses()``
  func inverse(group: Int, components: [Matrix]) -> Matrix {
    let k = structure.width
    let range = structure.couplingStarts[group]..<structure.couplingStarts[group + 1]
    let count = range.count
    var result = Matrix(rows: k + count, columns: k + count)
    let own = block(of: group)
    // D⁻¹
    for c in 0..<k {
      var unit = [Double](repeating: 0, count: k)
      unit[c] = 1
      var x = unit.mutableSpan
      own.forward(lower.span, &x, at: 0)
      own.backward(lower.span, &x, at: 0)
      for r in 0..<k { result[r, c] = x[r] }
    }
    guard let first = range.first else { return result }
    let component = Int(
      structure.componentOf[Int(structure.coupled[first]) - structure.restStart])
    let base = structure.componentStarts[component]
    // H = D⁻¹Cᵀ, k × count
    var h = Array(coupling[range.lowerBound * k..<range.upperBound * k])
    var columns = h.mutableSpan
    for column in 0..<count { own.backward(lower.span, &columns, at: column * k) }
    for a in 0..<count {
      let i = Int(structure.coupled[range.lowerBound + a]) - base
      for b in 0..<count {
        let j = Int(structure.coupled[range.lowerBound + b]) - base
        result[k + a, k + b] = components[component][i, j]
      }
    }
    for a in 0..<count {
      for c in 0..<k {
        var sum = 0.0
        for b in 0..<count { sum += h[b * k + c] * result[k + b, k + a] }
        result[c, k + a] = -sum
        result[k + a, c] = -sum
      }
    }
    for c in 0..<k {
      for r in 0..<k {
        var sum = 0.0
        for a in 0..<count { sum += h[a * k + r] * result[k + a, c] }
        result[r, c] -= sum
      }
    }
    return result
  }
}
