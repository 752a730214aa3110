internal import Designs
internal import LinearAlgebra
internal import Probability

/// The exact law, under a fitted model, of everything that refits need of a simulated response *y\**.
///
/// A refit reads *y\** only through *XᵀV⁻¹y\**-like sums: *Z_vᵀy\** of each group, *Xᵀy\** and *y\*ᵀy\**. With
/// *y\** = *Xβ* + *Zu* + *e* their law follows from cross-products. Let *Z_c* be the distinct random columns in
/// the rows of cell c, the rows that share all their groups, and *Z_cᵀZ_c* = *LLᵀ*. Then
/// *Z_cᵀe* = σ*Lξ_c* with *ξ_c* independent standard normal; given these, *Xᵀe* is
/// σ Σ *B_cᵀξ_c* + σ*Mξ* with *B_c* = *L*⁻¹*Z_cᵀX_c* and *MMᵀ* = *XᵀX* − Σ *B_cᵀB_c*; and what is left of
/// *eᵀe* is σ² times one χ² number with as many degrees of freedom as rows remain. Zero pivots are left out, so
/// columns may depend on each other. A draw costs what the cells cost, whatever the number of rows.
///
/// Rows count with their precision weights, and columns are standardised, as in ``CellProducts``.
struct ResponseLaw: Sendable {
  /// A model whose response entries are drawn.
  struct Source: Sendable {
    let problem: Problem
    /// Where each of its frame's columns stands in the common frame; `nil` where it stands at its own place.
    let columns: [Int]?
    /// The host's factor for each of its own.
    let factors: [Int]

    func common(_ column: StandardizedColumn) -> StandardizedColumn {
      StandardizedColumn(
        column: columns?[column.column] ?? column.column, centre: column.centre,
        scale: column.scale)
    }
  }

  /// What responses are drawn from: a point of the criterion of a problem.
  struct Point: Sendable {
    let source: Source
    /// Of standardised columns, as σ and coefficients are.
    let theta: [Double]
    let sigma: Double
    let coefficients: [Double]
  }

  let cellCount: Int
  let factorCount: Int
  /// The level of each of the host's factors in each cell; −1 for none.
  let levels: [Int32]
  /// Distinct random columns, k, and the others, m − k.
  let randomCount: Int
  let columnCount: Int
  /// *Z_cᵀ*[*Z_c X_c*]: k × m a cell.
  let products: [Double]
  /// *L*, k × k a cell, and *B_c*, k × (m − k).
  let factors: [Double]
  let projections: [Double]
  /// *M*, column-major lower triangle.
  let pooled: Matrix
  let remaining: Double
  let truth: Truth
  let targets: [Target]

  struct Truth: Sendable {
    let sigma: Double
    let lambda: [[Double]]
    let levelCounts: [Int]
    /// For each of its factors the host's, and the slots of its effects.
    let factors: [(host: Int, slots: [Int])]
    /// *GᵀG β* over all slots and *βᵀGᵀGβ*.
    let totals: [Double]
    let square: Double
    /// *β* by slot.
    let mean: [Double]
  }

  struct Target: Sendable {
    let problem: Problem
    /// Its standardised response is `scale` × the truth's + `shift`.
    let scale: Double
    let shift: Double
    let fixedSlots: [Int]
    let factors: [(host: Int, slots: [Int])]
    /// Response entries of the panel at the expected response.
    let panel: [Double]
    /// Products of the constant column with every slot; empty where `shift` is zero.
    let constant: [Double]
    let constantSlot: Int
  }

  /// - Parameters:
  ///   - truth: what responses are drawn from.
  ///   - host: whose factors cut the rows into cells: its columns are the first of `frame`.
  ///   - targets: the models to be refitted.
  init(
    _ truth: Point, host: Problem, frame: ModelFrame, targets sources: [Source]
  ) throws(EstimationError) {
    let origin = truth.source
    let all = sources + [origin]
    let extra = all.flatMap { source in
      (source.problem.standard.fixed.dropLast() + source.problem.standard.random.flatMap { $0 })
        .map(source.common)
    }
    let cells = try CellProducts(host, frame, extra: extra)
    // Slots: random columns first, then the others; the response has none.
    let isRandom = Set(
      cells.places.flatMap { $0 }
        + all.flatMap { source in
          source.problem.standard.random.flatMap { $0 }.compactMap {
            cells.columns.firstIndex(of: source.common($0))
          }
        })
    let places =
      cells.columns.indices.filter { isRandom.contains($0) }
      + cells.columns.indices.filter { !isRandom.contains($0) && $0 != cells.response }
    let (k, m, width) = (isRandom.count, places.count, cells.width)
    func slot(_ column: StandardizedColumn, _ source: Source) -> Int {
      let wanted = source.common(column)
      return places.firstIndex { cells.columns[$0] == wanted } ?? 0
    }
    func slots(_ source: Source) -> [(host: Int, slots: [Int])] {
      zip(source.factors, source.problem.standard.random).map { host, columns in
        (host, columns.map { slot($0, source) })
      }
    }
    var products = [Double](repeating: 0, count: cells.cellCount * k * m)
    var factors = [Double](repeating: 0, count: cells.cellCount * k * k)
    var projections = [Double](repeating: 0, count: cells.cellCount * k * (m - k))
    var gram = Matrix(rows: m, columns: m)
    var schur = Matrix(rows: m - k, columns: m - k)
    var rank = 0
    for cell in 0..<cells.cellCount {
      let first = cell * width * width
      for i in 0..<m {
        for j in 0..<m { gram[i, j] += cells.products[first + places[i] * width + places[j]] }
      }
      for i in 0..<k {
        for j in 0..<m {
          products[(cell * k + i) * m + j] =
            cells.products[first + places[i] * width + places[j]]
        }
      }
      rank += Self.factor(
        products.span.extracting(cell * k * m..<(cell + 1) * k * m), k, m, at: cell, &factors,
        &projections)
      for i in 0..<m - k {
        for j in 0...i {
          for a in 0..<k {
            schur[i, j] -=
              projections[(cell * k + a) * (m - k) + i] * projections[(cell * k + a) * (m - k) + j]
          }
        }
      }
    }
    for i in 0..<m - k { for j in 0...i { schur[i, j] += gram[k + i, k + j] } }
    let pooledRank = Self.factor(&schur, sizes: (k..<m).map { gram[$0, $0] })

    var mean = [Double](repeating: 0, count: m)
    for (column, value) in zip(origin.problem.standard.fixed.dropLast(), truth.coefficients) {
      mean[slot(column, origin)] += value
    }
    let totals = gram * mean
    self.truth = Truth(
      sigma: truth.sigma,
      lambda: origin.problem.structure.triangles(truth.theta),
      levelCounts: origin.problem.structure.factors.map(\.levelCount), factors: slots(origin),
      totals: totals, square: dot(mean, totals), mean: mean)
    let own = origin.problem.standard.response
    targets = sources.map { source in
      let response = source.problem.standard.response
      let (scale, shift) = (
        own.scale / response.scale, (own.centre - response.centre) / response.scale
      )
      // Where one response is centred and the other is not, one of the models has the constant column.
      var constantSlot = 0
      if shift != 0 {
        for candidate in all {
          if let intercept = candidate.problem.standard.intercept {
            constantSlot = slot(candidate.problem.standard.fixed[intercept], candidate)
          }
        }
      }
      let layout = slots(source)
      var weights = mean.map { scale * $0 }
      if shift != 0 { weights[constantSlot] += shift }
      var panel = [Double](repeating: 0, count: source.problem.plan.effectCount)
      for cell in 0..<cells.cellCount {
        for (index, factor) in layout.enumerated() {
          let level = Int(cells.levels[cell * cells.places.count + factor.host])
          guard level >= 0 else { continue }
          let row = source.problem.panelRow(index, level)
          for (e, slot) in factor.slots.enumerated() {
            for j in 0..<m { panel[row + e] += products[(cell * k + slot) * m + j] * weights[j] }
          }
        }
      }
      return Target(
        problem: source.problem, scale: scale, shift: shift,
        fixedSlots: source.problem.standard.fixed.dropLast().map { slot($0, source) },
        factors: layout, panel: panel,
        constant: shift == 0 ? [] : gram.column(constantSlot), constantSlot: constantSlot)
    }
    cellCount = cells.cellCount
    factorCount = cells.places.count
    levels = cells.levels
    randomCount = k
    columnCount = m
    self.products = products
    self.factors = factors
    self.projections = projections
    pooled = schur
    remaining = Double(cells.counts.reduce(0, +) - rank - pooledRank)
  }

  /// *L* and *B* of one cell, with zero pivots left out; gives the rank.
  private static func factor(
    _ products: Span<Double>, _ k: Int, _ m: Int, at cell: Int, _ factors: inout [Double],
    _ projections: inout [Double]
  ) -> Int {
    let (first, side) = (cell * k * k, m - k)
    var rank = 0
    for j in 0..<k {
      let size = products[j * m + j]
      var pivot = size
      for a in 0..<j { pivot -= factors[first + j * k + a] * factors[first + j * k + a] }
      guard pivot > 1e-9 * size, pivot > 0 else { continue }
      rank += 1
      let root = pivot.squareRoot()
      factors[first + j * k + j] = root
      for i in j + 1..<max(j + 1, k) {
        var value = products[i * m + j]
        for a in 0..<j { value -= factors[first + i * k + a] * factors[first + j * k + a] }
        factors[first + i * k + j] = value / root
      }
      for x in 0..<side {
        var value = products[j * m + k + x]
        for a in 0..<j {
          value -= factors[first + j * k + a] * projections[(cell * k + a) * side + x]
        }
        projections[(cell * k + j) * side + x] = value / root
      }
    }
    return rank
  }

  /// Replaces the lower triangle of a semidefinite matrix by its factor; pivots that are zero beside `sizes`
  /// are left out. Gives the rank.
  private static func factor(_ a: inout Matrix, sizes: [Double]) -> Int {
    var rank = 0
    for j in 0..<a.rows {
      var pivot = a[j, j]
      for k in 0..<j { pivot -= a[j, k] * a[j, k] }
      guard pivot > 1e-9 * sizes[j], pivot > 0 else {
        for i in j..<a.rows { a[i, j] = 0 }
        continue
      }
      rank += 1
      let root = pivot.squareRoot()
      a[j, j] = root
      for i in j + 1..<max(j + 1, a.rows) {
        var value = a[i, j]
        for k in 0..<j { value -= a[i, k] * a[j, k] }
        a[i, j] = value / root
      }
    }
    return rank
  }
}

extension LinearMixedModelFit {
  /// The fit as what responses are drawn from.
  func point(_ source: ResponseLaw.Source) throws(EstimationError) -> ResponseLaw.Point {
    var work = Workspace(problem.plan, order: problem.order)
    let value = try problem.evaluate(standardizedTheta, &work)
    return ResponseLaw.Point(
      source: source, theta: standardizedTheta, sigma: curvature.sigma,
      coefficients: value.coefficients)
  }
}
