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
    /// Where its frame's columns start among those of the common frame.
    let firstColumn: Int
    /// The host's factor for each of its own.
    let factors: [Int]
  }

  private let cellCount: Int
  private let factorCount: Int
  /// The level of each of the host's factors in each cell; −1 for none.
  private let levels: [Int32]
  /// Distinct random columns, k, and the others, m − k.
  private let randomCount: Int
  private let columnCount: Int
  /// *Z_cᵀ*[*Z_c X_c*]: k × m a cell.
  private let products: [Double]
  /// *L*, k × k a cell, and *B_c*, k × (m − k).
  private let factors: [Double]
  private let projections: [Double]
  /// *M*, column-major lower triangle.
  private let pooled: Matrix
  private let remaining: Double
  private let truth: Truth
  private let targets: [Target]

  private struct Truth: Sendable {
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

  private struct Target: Sendable {
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
  ///   - truth: the fit that responses are drawn from, and where it stands in the common frame.
  ///   - host: whose factors cut the rows into cells: its columns are the first of `frame`.
  ///   - targets: the models to be refitted.
  init(
    _ truth: LinearMixedModelFit, _ origin: Source, host: Problem, frame: ModelFrame,
    targets sources: [Source]
  ) throws(EstimationError) {
    let all = sources + [origin]
    let extra = all.flatMap { source in
      (source.problem.standard.fixed.dropLast() + source.problem.standard.random.flatMap { $0 })
        .map { $0.shifted(source.firstColumn) }
    }
    let cells = try CellProducts(host, frame, extra: extra)
    // Slots: random columns first, then the others; the response has none.
    let isRandom = Set(
      cells.places.flatMap { $0 }
        + all.flatMap { source in
          source.problem.standard.random.flatMap { $0 }.compactMap {
            cells.columns.firstIndex(of: $0.shifted(source.firstColumn))
          }
        })
    let places = cells.columns.indices.filter { isRandom.contains($0) }
      + cells.columns.indices.filter { !isRandom.contains($0) && $0 != cells.response }
    let (k, m, width) = (isRandom.count, places.count, cells.width)
    func slot(_ column: StandardizedColumn, _ source: Source) -> Int {
      let wanted = column.shifted(source.firstColumn)
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
    let coefficients = truth.standardizedCoefficients
    for (column, value) in zip(origin.problem.standard.fixed.dropLast(), coefficients) {
      mean[slot(column, origin)] += value
    }
    let totals = gram * mean
    self.truth = Truth(
      sigma: truth.curvature.sigma,
      lambda: origin.problem.structure.triangles(truth.standardizedTheta),
      levelCounts: origin.problem.structure.factors.map(\.levelCount), factors: slots(origin),
      totals: totals, square: dot(mean, totals), mean: mean)
    let own = origin.problem.standard.response
    targets = sources.map { source in
      let response = source.problem.standard.response
      let (scale, shift) = (own.scale / response.scale, (own.centre - response.centre) / response.scale)
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

  /// What one replicate's response is to the targets.
  struct Draw: Sendable {
    /// For each target *Gᵀy\**: the fixed columns and *y\*ᵀy\**.
    var gram: [[Double]]
    /// For each target *Z_vᵀy\** of all effects.
    var panel: [[Double]]
  }

  func draw(_ replicate: Int, _ seed: Seed) -> Draw {
    let number = UInt32(truncatingIfNeeded: replicate)
    var groups = RandomStream(seed["groups"], replicate: number)
    var rows = RandomStream(seed["rows"], replicate: number)
    let (k, m, side) = (randomCount, columnCount, columnCount - randomCount)
    let sigma = truth.sigma
    var effects: [Double] = []
    var firstEffect: [Int] = []
    for (index, factor) in truth.factors.enumerated() {
      firstEffect.append(effects.count)
      let width = factor.slots.count
      var z = [Double](repeating: 0, count: width)
      for _ in 0..<truth.levelCounts[index] {
        for e in 0..<width { z[e] = sigma * groups.normal() }
        for e in 0..<width {
          var value = 0.0
          for a in 0...e { value += truth.lambda[index][e * width + a] * z[a] }
          effects.append(value)
        }
      }
    }
    // Sums over cells of what the random part and the residuals add, in the truth's units.
    var totals = [Double](repeating: 0, count: m)
    var inside = 0.0
    var residual = 0.0
    var panels = targets.map(\.panel)
    var u = [Double](repeating: 0, count: k)
    var (xi, own) = (u, u)
    let (products, factors, projections) = (self.products.span, self.factors.span, self.projections.span)
    for cell in 0..<cellCount {
      for z in 0..<k { u[z] = 0 }
      for (index, factor) in truth.factors.enumerated() {
        let level = Int(levels[cell * factorCount + factor.host])
        guard level >= 0 else { continue }
        let start = firstEffect[index] + level * factor.slots.count
        for e in 0..<factor.slots.count { u[factor.slots[e]] += effects[start + e] }
      }
      for z in 0..<k {
        xi[z] = factors[(cell * k + z) * k + z] > 0 ? sigma * rows.normal() : 0
        residual += xi[z] * xi[z]
      }
      for z in 0..<k {
        let (row, factorRow) = ((cell * k + z) * m, (cell * k + z) * k)
        var (fromGroups, fromRows) = (0.0, 0.0)
        for a in 0..<k { fromGroups += products[row + a] * u[a] }
        for a in 0...z { fromRows += factors[factorRow + a] * xi[a] }
        inside += u[z] * (fromGroups + 2 * fromRows)
        own[z] = fromGroups + fromRows
        totals[z] += own[z]
        let projection = (cell * k + z) * side
        let (uz, xz) = (u[z], xi[z])
        for x in 0..<side {
          totals[k + x] += products[row + k + x] * uz + projections[projection + x] * xz
        }
      }
      for (number, target) in targets.enumerated() {
        for (index, factor) in target.factors.enumerated() {
          let level = Int(levels[cell * factorCount + factor.host])
          guard level >= 0 else { continue }
          let row = target.problem.panelRow(index, level)
          for e in 0..<factor.slots.count {
            panels[number][row + e] += target.scale * own[factor.slots[e]]
          }
        }
      }
    }
    for j in 0..<side where pooled[j, j] > 0 {
      let z = sigma * rows.normal()
      residual += z * z
      for i in j..<side { totals[k + i] += pooled[i, j] * z }
    }
    if remaining > 0 { residual += sigma * sigma * rows.chiSquared(degreesOfFreedom: remaining) }
    let square = truth.square + 2 * dot(truth.mean, totals) + inside + residual
    for j in 0..<m { totals[j] += truth.totals[j] }
    let grams = targets.map { target -> [Double] in
      var gram = target.fixedSlots.map { target.scale * totals[$0] }
      guard target.shift != 0 else { return gram + [target.scale * target.scale * square] }
      for (j, slot) in target.fixedSlots.enumerated() {
        gram[j] += target.shift * target.constant[slot]
      }
      return gram + [
        target.scale * target.scale * square
          + 2 * target.scale * target.shift * totals[target.constantSlot]
          + target.shift * target.shift * target.constant[target.constantSlot]
      ]
    }
    return Draw(gram: grams, panel: panels)
  }

  /// The target's problem with the drawn response in the place of the observed one.
  func problem(_ target: Int, _ draw: Draw) -> Problem {
    targets[target].problem.replacingResponse(gram: draw.gram[target], panel: draw.panel[target])
  }
}

extension StandardizedColumn {
  func shifted(_ first: Int) -> StandardizedColumn {
    StandardizedColumn(column: column + first, centre: centre, scale: scale)
  }
}

extension LinearMixedModelFit {
  /// Coefficients of the standardised columns.
  var standardizedCoefficients: [Double] {
    let (back, shift) = problem.standard.wayBack
    var result = zip(coefficients, shift).map { $0 - $1 }
    // `back` is diagonal but for the intercept's row.
    let p = result.count
    for j in 0..<p where j != problem.standard.intercept { result[j] /= back[j, j] }
    if let intercept = problem.standard.intercept {
      for j in 0..<p where j != intercept {
        result[intercept] -= back[intercept, j] * result[j]
      }
      result[intercept] /= back[intercept, intercept]
    }
    return result
  }
}

extension Problem {
  /// The row of a level's first effect in panels.
  func panelRow(_ factor: Int, _ level: Int) -> Int {
    Int(plan.panelRow[plan.factors[factor].firstNode + level])
  }

  /// The problem with other response entries: *Xᵀy*, *yᵀy*, and *Z_vᵀy* of every effect. ``CrossProducts/fixed``
  /// keeps the observed response; evaluations read ``panel``.
  func replacingResponse(gram column: [Double], panel entries: [Double]) -> Problem {
    let c = order
    var gram = products.gram
    for j in 0..<c {
      gram[j * c + c - 1] = column[j]
      gram[(c - 1) * c + j] = column[j]
    }
    var panel = panel
    for (row, value) in entries.enumerated() { panel[row * c + c - 1] = value }
    return Problem(self, gram: gram, panel: panel)
  }

  private init(_ other: Problem, gram: [Double], panel: [Double]) {
    structure = other.structure
    standard = other.standard
    products = CrossProducts(
      rowCount: other.products.rowCount, logWeights: other.products.logWeights, gram: gram,
      diagonal: other.products.diagonal, fixed: other.products.fixed, pairs: other.products.pairs)
    plan = other.plan
    criterion = other.criterion
    responseName = other.responseName
    diagonal = other.diagonal
    self.panel = panel
    edges = other.edges
  }
}
