public import Designs
public import LinearAlgebra
internal import Probability
public import Tables

/// A model fitted with design weights, in the units of the data.
public struct DesignWeightedFit: Sendable {
  public let rowCount: Int
  public let responseName: String
  public let coefficientNames: [String]
  public let coefficients: [Double]
  /// Of the coefficients: the sandwich over clusters, times m / (m − 1) for m of them.
  public let covariance: Matrix
  /// Of every θ, coefficient and log σ of standardised columns.
  let parameterCovariance: Matrix
  public let sigma: Double
  /// As ``LinearMixedModelFit/theta``.
  public let theta: [Double]
  /// −2 log weighted pseudo-likelihood: no likelihood, so that differences of it test nothing.
  public let pseudoDeviance: Double
  public let terms: [LinearMixedModelFit.TermFit]
  public let groups: [(factor: String, levels: Int)]
  /// The coarsest factor, whose groups are the sandwich's clusters.
  public let clusterFactor: String
  public let clusterCount: Int
  public let scaling: DesignWeights.Scaling
  public let isSingular: Bool
  public let decrement: Double
  public let diagnostics: [Diagnostic]

  public var standardErrors: [Double] { covariance.diagonal.map { $0.squareRoot() } }

  /// The clusters less one: what a covariance of so many scores can have.
  public var degreesOfFreedom: Double { Double(clusterCount - 1) }

  public var totalVariance: Double {
    terms.reduce(sigma * sigma) { $0 + $1.averageVariance }
  }

  public func tests(level: Double = 0.95) -> [CoefficientTest] {
    coefficientNames.indices.map {
      CoefficientTest(
        term: coefficientNames[$0], estimate: coefficients[$0], variance: covariance[$0, $0],
        degreesOfFreedom: degreesOfFreedom, level: level)
    }
  }
}

extension DesignWeightedFit {
  init(
    _ frame: ModelFrame, _ design: DesignWeights, _ likelihood: PseudoLikelihood,
    _ optimum: PseudoLikelihood.Point, decrement: Double
  ) throws(EstimationError) {
    let groups = likelihood.groups
    let (structure, standard) = (groups.structure, groups.standard)
    var point = optimum
    point.theta = structure.signed(optimum.theta)
    let (value, scores) = try likelihood.scores(point)
    let bread = try Self.bread(likelihood, point)
    let count = point.vector.count
    let m = Double(scores.count)
    var meat = Matrix(rows: count, columns: count)
    for row in scores {
      for i in 0..<count { for j in 0..<count { meat[i, j] += row[i] * row[j] } }
    }
    parameterCovariance = (m / (m - 1)) * (bread * meat * bread)
    let p = groups.coefficientCount
    let (back, shift) = standard.wayBack
    let first = point.theta.count
    let own = parameterCovariance.selecting(
      rows: Array(first..<first + p), columns: Array(first..<first + p))
    covariance = (back * own).timesTransposed(back)
    coefficients = zip(back * point.coefficients, shift).map { $0 + $1 }
    coefficientNames = frame.fixedNames
    rowCount = frame.rowCount
    responseName = frame.columns[frame.response].name
    let scale = standard.response.scale
    sigma = scale * PortableMath.exp(point.logSigma)
    var size = 0.0
    for top in groups.tops { size += groups.nodes[top].weight * groups.size(of: top) }
    pseudoDeviance = value + 2 * size * naturalLog(abs(scale))
    let triangles = structure.triangles(point.theta)
    var dataTriangles: [[Double]] = []
    var terms: [LinearMixedModelFit.TermFit] = []
    let means = frame.randomMeans
    for (index, factor) in structure.factors.enumerated() {
      let triangle = lowerTriangle(
        solving: standard.transforms[index], triangles[index], width: factor.width)
      dataTriangles.append(triangle)
      for term in factor.terms {
        let range = term.offset..<term.offset + term.width
        var block = Matrix(rows: term.width, columns: term.width)
        for i in range {
          for j in range {
            var sum = 0.0
            for k in range {
              sum += triangle[i * factor.width + k] * triangle[j * factor.width + k]
            }
            block[i - term.offset, j - term.offset] = sigma * sigma * sum
          }
        }
        let columns = Array(factor.columns[range])
        terms.append(
          LinearMixedModelFit.TermFit(
            group: factor.name, columns: columns.map { frame.columns[$0].name },
            levelCount: factor.levelCount, covariance: block,
            means: columns.map { means[$0] ?? 0 },
            meanProducts: frame.meanProducts(columns, memberships: nil)))
      }
    }
    self.terms = terms
    theta = structure.theta(dataTriangles)
    let edge = structure.parameters.indices.filter {
      structure.parameters[$0].isDiagonal && point.theta[$0] < 1e-4
    }
    isSingular = !edge.isEmpty
    let top = structure.factors[groups.order[groups.order.count - 1]]
    clusterFactor = top.name
    clusterCount = top.levelCount
    self.groups = structure.factors.map { ($0.name, $0.levelCount) }
    scaling = design.scaling
    self.decrement = decrement
    var doubts: [Diagnostic] = [
      Diagnostic(
        .note, code: "design-weights",
        "Estimates maximise a weighted pseudo-likelihood (weights scaled by `\(design.scaling.rawValue)`); "
          + "standard errors are a sandwich over the \(top.levelCount) groups of `\(top.name)`.")
    ]
    if isSingular {
      doubts.append(
        Diagnostic(
          .warning, code: "singular-fit",
          "A variance is estimated as zero or a correlation as ±1: the data do not support every random "
            + "term."))
    }
    if top.levelCount < 30 {
      doubts.append(
        Diagnostic(
          .warning, code: "few-clusters",
          "The sandwich rests on \(top.levelCount) groups of `\(top.name)`; with fewer than 30 or so it "
            + "tends to be too small."))
    }
    diagnostics = frame.diagnostics + doubts
  }

  /// The inverse of the second derivatives, from differences of the first.
  private static func bread(
    _ likelihood: PseudoLikelihood, _ point: PseudoLikelihood.Point
  ) throws(EstimationError) -> Matrix {
    let center = point.vector
    let (first, p) = (point.theta.count, point.coefficients.count)
    func gradient(_ vector: [Double]) throws(EstimationError) -> [Double] {
      let moved = PseudoLikelihood.Point(
        theta: Array(vector[..<first]), coefficients: Array(vector[first..<first + p]),
        logSigma: vector[first + p])
      var sum = [Double](repeating: 0, count: center.count)
      for row in try likelihood.scores(moved).scores { for k in row.indices { sum[k] += row[k] } }
      return sum
    }
    var hessian = Matrix(rows: center.count, columns: center.count)
    for k in center.indices {
      let h = 1e-4 * max(0.1, abs(center[k]))
      var (up, down) = (center, center)
      up[k] += h
      down[k] -= h
      let (above, below) = (try gradient(up), try gradient(down))
      for i in center.indices {
        let half = (above[i] - below[i]) / (4 * h)
        hessian[i, k] += half
        hessian[k, i] += half
      }
    }
    do throws(FactorizationError) {
      return try SymmetricEigen(hessian).pseudoInverse(tolerance: 1e-10)
    } catch { throw .noConvergence(decrement: .infinity, evaluations: 0) }
  }
}

extension WeightedGroups {
  /// Σ of its rows' weights, times those of the groups between.
  func size(of node: Int) -> Double {
    let group = nodes[node]
    guard !group.children.isEmpty else { return group.size }
    return group.children.reduce(0) { $0 + nodes[$1].weight * size(of: $1) }
  }
}

extension RandomStructure {
  /// θ with non-negative diagonals, nearly zero ones at zero.
  fileprivate func signed(_ theta: [Double]) -> [Double] {
    var triangles = triangles(theta)
    for (index, factor) in factors.enumerated() {
      let width = factor.width
      for column in 0..<width {
        let diagonal = triangles[index][column * width + column]
        if abs(diagonal) < 1e-6 { triangles[index][column * width + column] = 0 }
        guard diagonal < 0 else { continue }
        for row in column..<width { triangles[index][row * width + column] *= -1 }
      }
    }
    return self.theta(triangles)
  }
}
