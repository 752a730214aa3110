internal import Designs

/// A model reduced to what an evaluation needs: plan, products, and the way back to the data's units.
struct Problem: Sendable {
  let structure: RandomStructure
  let standard: Standardization
  let products: CrossProducts
  let plan: EliminationPlan
  let criterion: LikelihoodCriterion
  let responseName: String
  let diagonal: [Double]
  let panel: [Double]
  let edges: [Double]
  /// What the residual covariance is made of, where rows are not independent and alike; its parameters then
  /// follow θ.
  var residual: ResidualParts?
  /// Whether a backward sweep leaves posterior covariances along all edges, not only those it needs itself.
  var wantsEdgeCovariances = false

  /// Columns of the fixed part.
  var coefficientCount: Int { standard.fixed.count - 1 }
  /// Columns of *G*: fixed part and response.
  var order: Int { standard.fixed.count }
  /// n or n − p.
  var degrees: Double {
    Double(products.rowCount - (criterion == .reml ? coefficientCount : 0))
  }

  init(
    _ frame: ModelFrame, criterion: LikelihoodCriterion, threads: Int
  ) throws(EstimationError) {
    let structure = try Self.structure(of: frame)
    let standard = Standardization(frame, structure)
    try self.init(
      frame, structure, standard,
      try CrossProducts(frame, structure, standard, threads: threads), criterion: criterion,
      threads: threads)
  }

  /// The random part of a frame that has enough rows, groups and columns.
  static func structure(of frame: ModelFrame) throws(EstimationError) -> RandomStructure {
    let n = frame.rowCount
    guard n > 0 else { throw .noRows }
    guard !frame.random.isEmpty else { throw .noRandomTerms }
    if frame.rows?.design != nil { throw .structure(.designInLikelihood) }
    guard n > frame.fixed.count else {
      throw .tooFewRows(rows: n, coefficients: frame.fixed.count)
    }
    let structure = RandomStructure(frame.random)
    for factor in structure.factors {
      guard factor.levelCount > 1 else { throw .oneGroup(factor: factor.name) }
      for term in factor.terms where term.width * factor.levelCount >= n {
        throw .tooManyEffects(
          term: frame.termName(term.position), effects: term.width * factor.levelCount, rows: n)
      }
    }
    return structure
  }

  /// - Parameter moments: of rows that came in pieces; where given, no row of `frame` is read.
  init(
    _ frame: ModelFrame, _ structure: RandomStructure, _ standard: Standardization,
    _ products: CrossProducts, criterion: LikelihoodCriterion, moments: RandomMoments? = nil,
    threads: Int = 1
  ) throws(EstimationError) {
    self.structure = structure
    self.standard = standard
    self.products = products
    self.criterion = criterion
    responseName = frame.columns[frame.response].name
    try Self.checkFixedPart(frame, products, standard)
    try Identification(frame, structure, products, standard, moments).check()
    let (plan, edges) = try EliminationPlan.make(structure, products)
    self.plan = plan
    self.edges = edges
    diagonal = products.diagonal.flatMap { $0 }
    panel = products.fixed.flatMap { $0 }
    residual = try ResidualParts(frame, structure, standard, products, threads: threads)
  }

  /// Stops where *XᵀX* is singular or the fixed part alone explains everything.
  private static func checkFixedPart(
    _ frame: ModelFrame, _ products: CrossProducts, _ standard: Standardization
  ) throws(EstimationError) {
    let c = standard.fixed.count
    let p = c - 1
    var factor = products.gram
    guard factor[c * c - 1] > 1e-20 * Double(products.rowCount) else {
      throw .noResidualVariance(response: frame.columns[frame.response].name)
    }
    for j in 0..<c {
      var pivot = factor[j * c + j]
      for k in 0..<j { pivot -= factor[j * c + k] * factor[j * c + k] }
      let share = pivot / products.gram[j * c + j]
      guard j < p else {
        guard share > 1e-13 else {
          throw .noResidualVariance(response: frame.columns[frame.response].name)
        }
        return
      }
      guard share > 1e-11 else {
        throw .collinear(column: frame.columns[frame.fixed[j]].name)
      }
      let root = pivot.squareRoot()
      factor[j * c + j] = root
      for i in j + 1..<c {
        var value = factor[i * c + j]
        for k in 0..<j { value -= factor[i * c + k] * factor[j * c + k] }
        factor[i * c + j] = value / root
      }
    }
  }
}

extension ModelFrame {
  /// A random term as a formula writes it: `1 + ses | school`.
  func termName(_ position: Int) -> String {
    let names = random[position].columns.map {
      columns[$0].name == "(Intercept)" ? "1" : columns[$0].name
    }
    return names.joined(separator: " + ") + " | " + random[position].factor.name
  }
}
