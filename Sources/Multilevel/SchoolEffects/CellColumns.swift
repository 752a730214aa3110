internal import LinearAlgebra

/// The columns of *X* and *Z* within each cell, reduced to a triangle: *DᵀD* = *LLᵀ*.
///
/// For a response *Dγ* + *e* with independent standard normal *e*, *Dᵀy* = *DᵀDγ* + *Lξ* with ξ standard
/// normal too: products with a simulated response cost what the columns cost, whatever the number of rows.
struct CellColumns: Sendable {
  let cells: CellProducts
  /// The places of the columns but the response.
  let places: [Int]
  /// For each cell *DᵀD* and its lower triangle *L*, row after row; columns that others determine have an empty column in
  /// *L*.
  let squares: [Double]
  let triangles: [Double]
  /// How many columns of *D* are independent, cell by cell.
  let ranks: [Int]

  var width: Int { places.count }

  init(_ cells: CellProducts) {
    self.cells = cells
    places = (0..<cells.width).filter { $0 != cells.response }
    let (width, size) = (places.count, cells.width)
    var squares = [Double](repeating: 0, count: cells.cellCount * width * width)
    var triangles = squares
    var ranks: [Int] = []
    for cell in 0..<cells.cellCount {
      let (from, to) = (cell * size * size, cell * width * width)
      for i in 0..<width {
        for j in 0..<width {
          squares[to + i * width + j] = cells.products[from + places[i] * size + places[j]]
        }
      }
      var rank = 0
      for j in 0..<width {
        var pivot = squares[to + j * width + j]
        for k in 0..<j {
          pivot -= triangles[to + j * width + k] * triangles[to + j * width + k]
        }
        guard pivot > 1e-11 * squares[to + j * width + j] else { continue }
        rank += 1
        let root = pivot.squareRoot()
        triangles[to + j * width + j] = root
        for i in j + 1..<max(j + 1, width) {
          var value = squares[to + i * width + j]
          for k in 0..<j {
            value -= triangles[to + i * width + k] * triangles[to + j * width + k]
          }
          triangles[to + i * width + j] = value / root
        }
      }
      ranks.append(rank)
    }
    self.squares = squares
    self.triangles = triangles
    self.ranks = ranks
  }

  /// Adds *γ* of one cell: every random effect of the cell's groups at the place of its column.
  ///
  /// - Parameter effects: all random effects, in the order of the panel's rows.
  func add(
    effects: [Double], of cell: Int, _ plan: EliminationPlan, to gamma: inout [Double]
  ) {
    for (index, factor) in plan.factors.enumerated() {
      let level = Int(cells.levels[cell * plan.factors.count + index])
      guard level >= 0 else { continue }
      let row = Int(plan.panelRow[factor.firstNode + level])
      for (effect, place) in cells.places[index].enumerated() {
        gamma[position(place)] += effects[row + effect]
      }
    }
  }

  /// The position of a column's place among ``places``.
  func position(_ place: Int) -> Int { place > cells.response ? place - 1 : place }

  /// *DᵀDγ* + *Lξ* of one cell, and *γᵀDᵀDγ* + 2γᵀ*Lξ* + ξᵀξ: with a chi-squared number for what the columns
  /// do not span it is *yᵀy*.
  func products(
    _ cell: Int, _ gamma: [Double], _ noise: [Double]
  ) -> (columns: [Double], square: Double) {
    let start = cell * width * width
    var columns = [Double](repeating: 0, count: width)
    var square = 0.0
    for i in 0..<width {
      var (fixed, random) = (0.0, 0.0)
      for j in 0..<width { fixed += squares[start + i * width + j] * gamma[j] }
      for j in 0...i { random += triangles[start + i * width + j] * noise[j] }
      columns[i] = fixed + random
      square += gamma[i] * (fixed + 2 * random)
      if triangles[start + i * width + i] > 0 { square += noise[i] * noise[i] }
    }
    return (columns, square)
  }
}
