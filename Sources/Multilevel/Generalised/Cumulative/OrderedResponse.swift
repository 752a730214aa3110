internal import Designs

/// Reads a response of ordered categories: the levels of a category in their order, or whole numbers.
extension ResponseCounts {
  /// More thresholds than this say that the response is no category.
  static let categoryLimit = 50

  /// - Throws: ``GeneralisedModelError`` for numbers that are not whole, more than ``categoryLimit``
  ///   categories, or one only.
  init(ordered reader: FrameReader) throws(GeneralisedModelError) {
    let frame = reader.frame
    let name = frame.columns[frame.response].name
    let values = try reader.values(frame.response)
    if let row = values.firstIndex(where: { $0 != $0.rounded() }) {
      throw .notACategory(response: name, row: row, value: values[row])
    }
    let distinct = Set(values).sorted()
    guard distinct.count > 1 else {
      throw .allOutcomesEqual(response: name, value: values[0])
    }
    guard distinct.count <= ResponseCounts.categoryLimit else {
      throw .tooManyCategories(
        response: name, count: distinct.count, limit: ResponseCounts.categoryLimit)
    }
    var position: [Double: Double] = [:]
    for (place, value) in distinct.enumerated() { position[value] = Double(place + 1) }
    let exposures =
      if let column = frame.weights { try reader.wholeWeights(column) } else {
        [Double](repeating: 1, count: values.count)
      }
    self.init(
      totals: values.map { position[$0] ?? 1 }, exposures: exposures, constant: 0,
      categories: distinct.map { value in
        guard let levels = frame.responseLevels, levels.indices.contains(Int(value)) else {
          return "\(Int(value))"
        }
        return levels[Int(value)]
      })
  }
}
