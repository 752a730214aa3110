internal import LinearAlgebra
internal import Probability

/// −2 log weighted pseudo-likelihood of a nested linear model and its derivatives.
///
/// The likelihood of a group is that of its members, each to the power of its weight, integrated over the
/// group's random effects: with *P* the weighted products of a group's columns and *z* those of its random
/// effects, what it hands to its parent is *P* − *P_·zNP_z·* with *N* = λ(λᵀ*P_zz*λ + *I*)⁻¹λᵀ, times its
/// weight, and its own log det(λᵀ*P_zz*λ + *I*) likewise. Derivatives run back the same way.
///
/// Pfeffermann, Skinner, Holmes, Goldstein & Rasbash (1998), doi:10.1111/1467-9868.00106; Rabe-Hesketh &
/// Skrondal (2006), doi:10.1111/j.1467-985X.2006.00426.x.
struct PseudoLikelihood: Sendable {
  let groups: WeightedGroups

  /// The value at variances, coefficients and σ, all standardised.
  struct Point: Sendable {
    var theta: [Double]
    var coefficients: [Double]
    var logSigma: Double

    var vector: [Double] { theta + coefficients + [logSigma] }
  }

  /// Of one group: what it hands up.
  private struct Reduced {
    var products: Matrix
    var logDeterminant: Double
    var size: Double
  }

  /// One group's elimination, kept for the way back.
  private struct Step {
    let products: Matrix
    let shrinkage: Matrix
  }

  private var p: Int { groups.coefficientCount }

  private func lambda(_ theta: [Double]) -> [Matrix] {
    let triangles = groups.structure.triangles(theta)
    return groups.order.map { index in
      let width = groups.structure.factors[index].width
      var result = Matrix(rows: width, columns: width)
      for i in 0..<width { for j in 0..<width { result[i, j] = triangles[index][i * width + j] } }
      return result
    }
  }

  private func reduce(
    _ node: Int, _ lambda: [Matrix], _ steps: inout [Int: Step]
  ) throws(EstimationError) -> Reduced {
    let group = groups.nodes[node]
    let width = groups.width
    var result: Reduced
    if group.children.isEmpty {
      result = Reduced(
        products: Matrix(
          rows: width, columns: width,
          elements: Array(groups.products[group.products..<group.products + width * width])),
        logDeterminant: 0, size: group.size)
    } else {
      result = Reduced(
        products: Matrix(rows: width, columns: width), logDeterminant: 0, size: 0)
      for child in group.children {
        let part = try reduce(child, lambda, &steps)
        let weight = groups.nodes[child].weight
        result.products = result.products + weight * part.products
        result.logDeterminant += weight * part.logDeterminant
        result.size += weight * part.size
      }
    }
    let places = groups.places[group.depth]
    let triangle = lambda[group.depth]
    let all = Array(0..<width)
    let inner = result.products.selecting(rows: places, columns: places)
    var m = triangle.transposedTimes(inner * triangle)
    for i in places.indices { m[i, i] += 1 }
    let factor: Cholesky
    do throws(FactorizationError) { factor = try Cholesky(m) } catch {
      throw .noConvergence(decrement: .infinity, evaluations: 0)
    }
    let shrinkage = (triangle * factor.inverse).timesTransposed(triangle)
    steps[node] = Step(products: result.products, shrinkage: shrinkage)
    let rows = result.products.selecting(rows: places, columns: all)
    result.logDeterminant += factor.logDeterminant
    result.products = result.products - rows.transposedTimes(shrinkage * rows)
    return result
  }

  /// Adds to `scores` the derivative in each factor's Σ: `outer` is that in the products handed up.
  private func back(
    _ node: Int, _ outer: Matrix, _ weight: Double, _ steps: [Int: Step], _ scores: inout [Matrix]
  ) {
    guard let step = steps[node] else { return }
    let group = groups.nodes[node]
    let places = groups.places[group.depth]
    let rows = step.products.selecting(rows: places, columns: Array(0..<groups.width))
    let inner = step.products.selecting(rows: places, columns: places)
    let n = step.shrinkage
    // (I − AN)(−B Y Bᵀ)(I − NA) + ω(A − ANA).
    let q = inner * n
    let image = rows * outer
    let kernel = image.timesTransposed(rows)
    var left = Matrix.identity(places.count) - q
    let sides = (left * kernel).timesTransposed(left)
    left = weight * (inner - q * inner)
    scores[group.depth] = scores[group.depth] + left - sides
    guard !group.children.isEmpty else { return }
    // (I − EᵀNB) Y (I − BᵀNE) + ω EᵀNE.
    let reach = n * image
    let core = n * kernel * n
    var inside = outer
    for (i, a) in places.enumerated() {
      for j in 0..<groups.width {
        inside[a, j] -= reach[i, j]
        inside[j, a] -= reach[i, j]
      }
      for (j, b) in places.enumerated() { inside[a, b] += core[i, j] + weight * n[i, j] }
    }
    for child in group.children {
      let share = groups.nodes[child].weight
      back(child, share * inside, share * weight, steps, &scores)
    }
  }

  /// Value, and each coarsest group's derivatives in (θ, coefficients, log σ).
  func scores(_ point: Point) throws(EstimationError) -> (value: Double, scores: [[Double]]) {
    let lambda = lambda(point.theta)
    let variance = PortableMath.exp(2 * point.logSigma)
    var contrast = [Double](repeating: 0, count: groups.width)
    for k in 0..<p { contrast[k] = -point.coefficients[k] }
    contrast[p] = 1
    var outer = Matrix(rows: groups.width, columns: groups.width)
    for i in 0...p { for j in 0...p { outer[i, j] = contrast[i] * contrast[j] / variance } }
    var value = 0.0
    var result: [[Double]] = []
    for top in groups.tops {
      var steps: [Int: Step] = [:]
      let part = try reduce(top, lambda, &steps)
      let weight = groups.nodes[top].weight
      let image = part.products * contrast
      let square = dot(contrast, image) / variance
      value +=
        weight
        * (part.logDeterminant
          + part.size * (PortableMath.log(2 * Double.pi) + 2 * point.logSigma) + square)
      var scores = groups.places.map { Matrix(rows: $0.count, columns: $0.count) }
      back(top, weight * outer, weight, steps, &scores)
      var row = groups.structure.parameters.map { parameter -> Double in
        let depth = groups.order.firstIndex(of: parameter.factor) ?? 0
        var sum = 0.0
        for k in parameter.column..<scores[depth].rows {
          sum += scores[depth][parameter.row, k] * lambda[depth][k, parameter.column]
        }
        return 2 * sum
      }
      for k in 0..<p { row.append(-2 * weight * image[k] / variance) }
      row.append(2 * weight * (part.size - square))
      result.append(row)
    }
    return (value, result)
  }

  /// The point that is best for its θ, its value and the derivatives in θ there.
  func profile(
    _ theta: [Double], response: String
  ) throws(EstimationError) -> (point: Point, value: Double, gradient: [Double]) {
    let lambda = lambda(theta)
    var total = Matrix(rows: groups.width, columns: groups.width)
    var size = 0.0
    for top in groups.tops {
      var steps: [Int: Step] = [:]
      let part = try reduce(top, lambda, &steps)
      total = total + groups.nodes[top].weight * part.products
      size += groups.nodes[top].weight * part.size
    }
    let fixed = Array(0..<p)
    let factor: Cholesky
    do throws(FactorizationError) {
      factor = try Cholesky(total.selecting(rows: fixed, columns: fixed))
    } catch { throw .noConvergence(decrement: .infinity, evaluations: 0) }
    let right = fixed.map { total[$0, p] }
    let coefficients = factor.solve(right)
    let residual = total[p, p] - dot(coefficients, right)
    guard residual > 1e-14 * total[p, p], residual > 0 else {
      throw .noResidualVariance(response: response)
    }
    let point = Point(
      theta: theta, coefficients: coefficients,
      logSigma: 0.5 * PortableMath.log(residual / size))
    let (value, scores) = try scores(point)
    var gradient = [Double](repeating: 0, count: theta.count)
    for row in scores { for k in theta.indices { gradient[k] += row[k] } }
    return (point, value, gradient)
  }
}
