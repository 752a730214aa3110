internal import Designs

/// The random part of a model with the terms of one grouping factor gathered.
///
/// Factors stand by decreasing number of levels, those of which a row may have several levels last, as do the
/// parameters: θ holds, term after term, the lower
/// triangle of the term's relative covariance factor λ, column after column, as in lme4.
struct RandomStructure: Sendable {
  /// The terms of one factor: a block of `width` random effects a level, whose relative covariance factor
  /// is block-diagonal by term.
  struct Factor: Sendable {
    let name: String
    let levels: [String]
    let codes: [Int32]
    /// Where a row may belong to several levels; every code is −1 then.
    let memberships: Memberships?
    /// Positions in the frame's columns, one for each of the `width` effects.
    let columns: [Int]
    let terms: [Term]

    var width: Int { columns.count }
    var levelCount: Int { levels.count }
  }

  struct Term: Sendable {
    /// Position in the frame's `random`.
    let position: Int
    /// The first of the term's effects within its factor.
    let offset: Int
    let width: Int
    /// The first of the term's parameters in θ.
    let firstParameter: Int

    /// The parameter of entry (row, column) of the term's triangle, row ≥ column.
    func parameter(_ row: Int, _ column: Int) -> Int {
      firstParameter + column * width - column * (column - 1) / 2 + row - column
    }
  }

  /// Where one parameter stands.
  struct Parameter: Sendable {
    let factor: Int
    /// Row and column within the factor's `width` × `width` triangle.
    let row: Int
    let column: Int

    var isDiagonal: Bool { row == column }
  }

  let factors: [Factor]
  let parameters: [Parameter]

  init(_ terms: [RandomTerm]) {
    // Levels that meet each other can only be eliminated together, so they come last.
    let order = terms.indices.sorted {
      (terms[$0].factor.memberships == nil ? 0 : 1, -terms[$0].factor.levels.count, $0)
        < (terms[$1].factor.memberships == nil ? 0 : 1, -terms[$1].factor.levels.count, $1)
    }
    var gathered: [[Int]] = []
    for position in order {
      let same = gathered.firstIndex { terms[$0[0]].factor == terms[position].factor }
      if let same { gathered[same].append(position) } else { gathered.append([position]) }
    }
    var factors: [Factor] = []
    var parameters: [Parameter] = []
    for group in gathered {
      var columns: [Int] = []
      var layouts: [Term] = []
      for position in group {
        let term = terms[position]
        layouts.append(
          Term(
            position: position, offset: columns.count, width: term.columns.count,
            firstParameter: parameters.count))
        for column in 0..<term.columns.count {
          for row in column..<term.columns.count {
            parameters.append(
              Parameter(
                factor: factors.count, row: columns.count + row, column: columns.count + column))
          }
        }
        columns += term.columns
      }
      let factor = terms[group[0]].factor
      factors.append(
        Factor(
          name: factor.name, levels: factor.levels, codes: factor.codes,
          memberships: factor.memberships, columns: columns, terms: layouts))
    }
    self.factors = factors
    self.parameters = parameters
  }

  /// The triangle of each factor, `width` × `width` row after row.
  func triangles(_ theta: [Double]) -> [[Double]] {
    var result = factors.map { [Double](repeating: 0, count: $0.width * $0.width) }
    for (value, parameter) in zip(theta, parameters) {
      result[parameter.factor][parameter.row * factors[parameter.factor].width + parameter.column] =
        value
    }
    return result
  }

  /// θ of the triangles: the inverse of ``triangles(_:)``.
  func theta(_ triangles: [[Double]]) -> [Double] {
    parameters.map { triangles[$0.factor][$0.row * factors[$0.factor].width + $0.column] }
  }
}
