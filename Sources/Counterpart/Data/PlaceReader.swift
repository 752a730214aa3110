internal import Designs
internal import StudyFiles
internal import Tables

/// The coordinates of rows, from the columns that a table declares.
enum PlaceReader {
  /// - Throws: ``RunError/study(_:)`` where a declared column does not hold numbers, ``RunError/data(_:)``
  ///   where it holds degrees that do not exist.
  static func places(
    of declarations: [TableDeclaration], in data: DataSet
  ) throws(RunError) -> [String: Places] {
    var result: [String: Places] = [:]
    for declaration in declarations {
      guard let location = declaration.location, let table = data[table: declaration.name.text]
      else { continue }
      let path = "data.\(table.name).location"
      switch location {
      case .eastingNorthing(let easting, let northing):
        result[table.name] = Places(
          easting: try numbers(easting, of: table, path),
          northing: try numbers(northing, of: table, path))
      case .latitudeLongitude(let latitude, let longitude):
        result[table.name] = Places(
          latitude: try degrees(latitude, of: table, path, within: 90),
          longitude: try degrees(longitude, of: table, path, within: 180))
      }
    }
    return result
  }

  /// Degrees that no place on the globe has are a mistake in the data, such as metres or swapped columns.
  private static func degrees(
    _ name: LocatedText, of table: Table, _ path: String, within limit: Double
  ) throws(RunError) -> Column {
    let column = try numbers(name, of: table, path)
    guard case .numbers(let values) = column.storage else { return column }
    let wrong = values.filter { $0.isFinite && abs($0) > limit }
    guard let first = wrong.first else { return column }
    throw .data([
      "`\(table.name).\(name.text)`: found \(first)"
        + (wrong.count > 1 ? " and \(wrong.count - 1) more like it" : "")
        + ", expected degrees from \(-limit) to \(limit): are the two columns swapped, or are these metres "
        + "(`location: {easting: …, northing: …}`)?"
    ])
  }

  private static func numbers(
    _ name: LocatedText, of table: Table, _ path: String
  ) throws(RunError) -> Column {
    guard let column = table[name.text], case .numbers = column.storage else {
      throw .study(
        SpecErrors(
          SpecError(
            .wrongType(expected: "a column of numbers", found: "`\(name.text)`"), path: path,
            at: name.location)))
    }
    return column
  }
}
