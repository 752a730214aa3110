internal import Designs
internal import LinearAlgebra

/// Finds random terms whose variances no data of this design could tell apart from each other or from the
/// fixed part. All but one check come from the cross-products.
struct Identification {
  private let frame: ModelFrame
  private let structure: RandomStructure
  private let products: CrossProducts
  private let standard: Standardization
  /// Of rows that came in pieces; `nil` where the frame has them.
  private let moments: RandomMoments?

  /// What is left of a column's squares where it counts as explained.
  private static let tolerance = 1e-10

  init(
    _ frame: ModelFrame, _ structure: RandomStructure, _ products: CrossProducts,
    _ standard: Standardization, _ moments: RandomMoments?
  ) {
    self.moments = moments
    self.frame = frame
    self.structure = structure
    self.products = products
    self.standard = standard
  }

  /// - Throws: ``EstimationError/structure(_:)`` with the first term that is not identified.
  func check() throws(EstimationError) {
    for index in structure.factors.indices {
      if let error = repeated(index) ?? dependent(index) ?? absorbed(index) {
        throw .structure(error)
      }
    }
    if let error = sameGroups() { throw .structure(error) }
  }

  private func name(_ column: Int) -> String {
    frame.columns[column].name == "(Intercept)" ? "1" : frame.columns[column].name
  }

  /// Σ *Z_vᵀZ_v* of a factor.
  private func pooled(_ index: Int) -> Matrix {
    let (width, levels) = (structure.factors[index].width, structure.factors[index].levelCount)
    var result = Matrix(rows: width, columns: width)
    for level in 0..<levels {
      for a in 0..<width {
        for b in 0..<width {
          result[a, b] += products.diagonal[index][(level * width + a) * width + b]
        }
      }
    }
    return result
  }

  /// Columns of different terms that are multiples of each other.
  private func repeated(_ index: Int) -> StructureError? {
    let factor = structure.factors[index]
    guard factor.terms.count > 1 else { return nil }
    for (position, term) in factor.terms.enumerated() {
      for other in factor.terms.dropFirst(position + 1) {
        for a in term.offset..<term.offset + term.width {
          for b in other.offset..<other.offset + other.width
          where areMultiples(index, a, b) {
            return .repeatedColumn(
              column: name(factor.columns[a]), other: name(factor.columns[b]), factor: factor.name)
          }
        }
      }
    }
    return nil
  }

  /// Terms are centred each by its own constant, so two columns of different terms are compared as they
  /// stand in the frame.
  private func areMultiples(_ index: Int, _ a: Int, _ b: Int) -> Bool {
    let columns = structure.factors[index].columns
    if columns[a] == columns[b] { return true }
    let pair = [columns[a], columns[b]]
    let gram = moments?.products(of: pair) ?? frame.meanProducts(pair, memberships: nil)
    let product = gram[0, 0] * gram[1, 1]
    return product - gram[0, 1] * gram[0, 1] <= Self.tolerance * product
  }

  /// The first column of a term that the ones before it give, by elimination on their pooled products.
  private func dependent(_ index: Int) -> StructureError? {
    let factor = structure.factors[index]
    let gram = pooled(index)
    for term in factor.terms {
      var rest = gram.selecting(
        rows: Array(term.offset..<term.offset + term.width),
        columns: Array(term.offset..<term.offset + term.width))
      let sizes = rest.diagonal
      for j in 0..<term.width {
        guard rest[j, j] > Self.tolerance * sizes[j] else {
          return .dependentColumn(
            term: frame.termName(term.position), column: name(factor.columns[term.offset + j]))
        }
        for i in (j + 1)..<max(j + 1, term.width) {
          let share = rest[i, j] / rest[j, j]
          for k in (j + 1)..<term.width { rest[i, k] -= share * rest[j, k] }
        }
      }
    }
    return nil
  }

  /// A column of whose differences between groups the fixed columns leave nothing: *Z*ᵀ*Z* − *Z*ᵀ*X*(*XᵀX*)⁻¹*XᵀZ*
  /// has no trace. That takes as many fixed columns as the column has groups.
  private func absorbed(_ index: Int) -> StructureError? {
    let factor = structure.factors[index]
    let (width, c) = (factor.width, standard.fixed.count)
    let p = c - 1
    var inverse: Matrix?
    for term in factor.terms {
      for a in term.offset..<term.offset + term.width {
        let own = (0..<factor.levelCount).map {
          products.diagonal[index][($0 * width + a) * width + a]
        }
        let used = own.indices.filter { own[$0] > 0 }
        guard used.count <= p, !used.isEmpty else { continue }
        if inverse == nil { inverse = fixedInverse() }
        guard let inverse else { return nil }
        var (total, left) = (0.0, 0.0)
        for level in used {
          let start = (level * width + a) * c
          let b = Array(products.fixed[index][start..<start + p])
          total += own[level]
          left += own[level] - dot(b, inverse * b)
        }
        if left <= 1e-9 * total {
          return .absorbed(
            term: frame.termName(term.position), column: name(factor.columns[a]),
            factor: factor.name)
        }
      }
    }
    return nil
  }

  private func fixedInverse() -> Matrix? {
    let c = standard.fixed.count
    var gram = Matrix(rows: c - 1, columns: c - 1)
    for i in 0..<c - 1 { for j in 0..<c - 1 { gram[i, j] = products.gram[i * c + j] } }
    return (try? Cholesky(gram))?.inverse
  }

  /// Two factors that only differ in the names of their levels.
  private func sameGroups() -> StructureError? {
    for (position, factor) in structure.factors.enumerated() {
      for other in structure.factors.dropFirst(position + 1)
      where other.levelCount == factor.levelCount && other.memberships == nil
        && factor.memberships == nil
      {
        guard let shared = factor.columns.first(where: { other.columns.contains($0) }),
          factor.matches(other)
        else { continue }
        return .sameGroups(factor: factor.name, other: other.name, column: name(shared))
      }
    }
    return nil
  }
}

extension RandomStructure.Factor {
  /// Whether each level holds the rows of one level of the other factor.
  fileprivate func matches(_ other: RandomStructure.Factor) -> Bool {
    var partner = [Int32](repeating: -2, count: levelCount)
    var taken = [Bool](repeating: false, count: other.levelCount)
    for (a, b) in zip(codes, other.codes) {
      guard a >= 0 else {
        if b >= 0 { return false }
        continue
      }
      if partner[Int(a)] == -2 {
        guard b >= 0, !taken[Int(b)] else { return false }
        partner[Int(a)] = b
        taken[Int(b)] = true
      } else if partner[Int(a)] != b {
        return false
      }
    }
    return true
  }
}
