internal import Designs
internal import StudyFiles
internal import Tables

/// The coordinates of rows, from the columns that a table declares.
enum PlaceReader {
  /// - Throws: ``RunError/study(_:)`` where a declared column does not hold numbers.
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
          latitude: try numbers(latitude, of: table, path),
          longitude: try numbers(longitude, of: table, path))
      }
    }
    return result
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
