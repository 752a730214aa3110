/// The group of each row.
struct GroupCodes: Sendable, Hashable {
  let name: String
  /// A position below `count` for each row.
  let codes: [Int32]
  let count: Int
  /// Rows by group.
  let sizes: [Double]

  init(name: String, codes: [Int32], count: Int) {
    self.name = name
    self.codes = codes
    self.count = count
    var sizes = [Double](repeating: 0, count: count)
    for code in codes { sizes[Int(code)] += 1 }
    self.sizes = sizes
  }

  /// The mean of the rows of each group.
  func means(_ values: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: count)
    for (row, code) in codes.enumerated() { sums[Int(code)] += values[row] }
    for group in sums.indices { sums[group] /= sizes[group] }
    return sums
  }

  /// The group's value at each row.
  func spread(_ values: [Double]) -> [Double] { codes.map { values[Int($0)] } }
}
