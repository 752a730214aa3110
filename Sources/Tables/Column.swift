/// What the values of a column are.
public enum ColumnType: String, Sendable, Hashable, Codable, CaseIterable {
  case number
  case integer
  case logical
  case category
  case date
  case text
}

/// How many cells of a column held one of its declared missing codes.
public struct MissingCount: Sendable, Hashable, Codable {
  /// The code as it stands in the file; the empty string for an empty cell.
  public let code: String
  public let count: Int

  public init(code: String, count: Int) {
    self.code = code
    self.count = count
  }
}

/// One named column of a table.
public struct Column: Sendable, Hashable {
  public enum Storage: Sendable, Hashable {
    /// Numbers, whole numbers, logical values as 0 and 1, dates as days since 1970-01-01; NaN is missing.
    case numbers([Double])
    /// Categories and texts as positions in `levels`; −1 is missing.
    case codes([Int32], levels: [String])
  }

  public let name: String
  public let type: ColumnType
  public let storage: Storage
  /// The missing cells by code, in the order in which the codes were declared; codes that never occur
  /// are left out.
  public let missing: [MissingCount]

  public init(
    _ name: String, type: ColumnType, storage: Storage, missing: [MissingCount] = []
  ) {
    self.name = name
    self.type = type
    self.storage = storage
    self.missing = missing
  }

  public init(_ name: String, numbers: [Double]) {
    self.init(name, type: .number, storage: .numbers(numbers))
  }

  public init(_ name: String, logical: [Bool]) {
    self.init(name, type: .logical, storage: .numbers(logical.map { $0 ? 1 : 0 }))
  }

  /// A category whose levels stand in the order given, or sorted where none is given.
  public init(_ name: String, categories: [String?], levels: [String]? = nil) {
    let levels = levels ?? Set(categories.compactMap { $0 }).sorted()
    var position: [String: Int32] = [:]
    for (code, level) in levels.enumerated() { position[level] = Int32(code) }
    self.init(
      name, type: .category,
      storage: .codes(
        categories.map { value in value.flatMap { position[$0] } ?? -1 }, levels: levels))
  }

  public var count: Int {
    switch storage {
    case .numbers(let values): values.count
    case .codes(let codes, _): codes.count
    }
  }

  public func isMissing(_ row: Int) -> Bool {
    switch storage {
    case .numbers(let values): values[row].isNaN
    case .codes(let codes, _): codes[row] < 0
    }
  }
}
