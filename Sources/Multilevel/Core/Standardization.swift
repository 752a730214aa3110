internal import Designs

/// A column of the frame as the cross-products see it: (x − centre) / scale.
///
/// The scale is a power of two, so dividing by it is exact.
struct StandardizedColumn: Sendable, Hashable {
  let column: Int
  let centre: Double
  let scale: Double
}

/// How columns are centred and scaled before cross-products are formed, and how results are brought back.
///
/// Raw cross-products of a covariate shifted by 10⁶ lose the slope to four digits; standardised ones keep
/// it to thirteen. Fixed columns are centred where the fixed part has a constant column; columns of a random
/// term where the term has one, because only then does the shift leave the model what it is.
struct Standardization: Sendable {
  /// The fixed columns in order and the response last.
  let fixed: [StandardizedColumn]
  /// The constant column's position among the fixed ones.
  let intercept: Int?
  /// For each factor its effects' columns.
  let random: [[StandardizedColumn]]
  /// For each factor *T* with *Z* = *Z̃ T*, `width` × `width` row after row.
  let transforms: [[Double]]

  var response: StandardizedColumn { fixed[fixed.count - 1] }

  init(
    fixed: [StandardizedColumn], intercept: Int?, random: [[StandardizedColumn]],
    transforms: [[Double]]
  ) {
    self.fixed = fixed
    self.intercept = intercept
    self.random = random
    self.transforms = transforms
  }

  init(_ frame: ModelFrame, _ structure: RandomStructure) {
    let pilot = Pilot(frame)
    let intercept = frame.fixed.firstIndex { frame.isConstant($0) }
    self.intercept = intercept
    fixed =
      frame.fixed.map { pilot.standardized($0, centred: intercept != nil) }
      + [pilot.standardized(frame.response, centred: intercept != nil)]
    var random: [[StandardizedColumn]] = []
    var transforms: [[Double]] = []
    for factor in structure.factors {
      let width = factor.width
      var columns: [StandardizedColumn] = []
      var transform = [Double](repeating: 0, count: width * width)
      for term in factor.terms {
        let members = factor.columns[term.offset..<term.offset + term.width]
        let constant = members.firstIndex { frame.isConstant($0) }
        for (position, column) in members.enumerated() {
          let standard = pilot.standardized(column, centred: constant != nil)
          columns.append(standard)
          let place = term.offset + position
          transform[place * width + place] = standard.scale
          if let constant, position != constant - members.startIndex {
            // The constant column is 1 once scaled, whatever its value was.
            transform[(term.offset + constant - members.startIndex) * width + place] =
              standard.centre
          }
        }
      }
      random.append(columns)
      transforms.append(transform)
    }
    self.random = random
    self.transforms = transforms
  }
}

extension ModelFrame {
  /// Whether a column is the same in every row by construction.
  func isConstant(_ column: Int) -> Bool {
    if case .constant(let value) = columns[column].values { return value != 0 }
    return false
  }
}

/// Means and spreads of columns from blocks of rows spread evenly over the frame.
private struct Pilot {
  private let moments: [Int: (mean: Double, spread: Double, size: Double)]
  private let constants: [Int: Double]

  init(_ frame: ModelFrame) {
    let used = Set(frame.fixed + [frame.response] + frame.random.flatMap(\.columns)).sorted()
    let blockSize = 2048
    let blocks = (frame.rowCount + blockSize - 1) / blockSize
    let stride = max(1, blocks / 16)
    var values = [Double](repeating: 0, count: blockSize)
    var offsets = [Double](repeating: 0, count: blockSize)
    var moments: [Int: (mean: Double, spread: Double, size: Double)] = [:]
    var constants: [Int: Double] = [:]
    for column in used {
      if case .constant(let value) = frame.columns[column].values, value != 0 {
        constants[column] = value
        continue
      }
      var (count, sum, squares) = (0.0, 0.0, 0.0)
      var origin: Double?
      for block in Swift.stride(from: 0, to: blocks, by: stride) {
        let rows = block * blockSize..<min(frame.rowCount, (block + 1) * blockSize)
        var span = values.mutableSpan
        frame.fill(column, rows: rows, into: &span)
        if column == frame.response, let offset = frame.offset {
          var offsetSpan = offsets.mutableSpan
          frame.fill(offset, rows: rows, into: &offsetSpan)
          for k in 0..<rows.count { span[k] -= offsetSpan[k] }
        }
        let first = origin ?? span[0]
        origin = first
        for k in 0..<rows.count {
          let d = span[k] - first
          sum += d
          squares += d * d
        }
        count += Double(rows.count)
      }
      let mean = sum / count
      let spread = max(0, squares / count - mean * mean).squareRoot()
      let centre = (origin ?? 0) + mean
      moments[column] = (centre, spread, (centre * centre + spread * spread).squareRoot())
    }
    self.moments = moments
    self.constants = constants
  }

  func standardized(_ column: Int, centred: Bool) -> StandardizedColumn {
    if let value = constants[column] {
      return StandardizedColumn(column: column, centre: 0, scale: value)
    }
    guard let (mean, spread, size) = moments[column], mean.isFinite, spread.isFinite else {
      return StandardizedColumn(column: column, centre: 0, scale: 1)
    }
    let width = centred && spread > 1e-12 * size ? spread : size
    let scale =
      width > 0 && width.isFinite
      ? Double(sign: .plus, exponent: width.exponent, significand: 1) : 1
    return StandardizedColumn(column: column, centre: centred ? mean : 0, scale: scale)
  }
}
