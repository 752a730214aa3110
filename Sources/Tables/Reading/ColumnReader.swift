/// Turns the cells of one column into values, finding out their type as it goes unless it is declared.
///
/// An inferred column starts undecided, takes the kind of its first value, and is contradicted by the
/// first cell that is not of that kind; the caller then reads it again from its first row as a category.
/// So the type always follows from the whole column, and costs a second pass only where it changes.
struct ColumnReader {
  enum Kind {
    case undecided
    case logical
    case number
    /// Declared whole numbers; inferred ones are numbers until the end.
    case integer
    case date
    case category
    /// A category whose levels are declared.
    case levels
    case text
  }

  struct Misfit {
    let row: Int
    let value: String
  }

  let name: String
  let declared: Bool
  private(set) var kind: Kind
  private(set) var isContradicted = false
  /// The first cells that do not fit the declared type.
  private(set) var misfits: [Misfit] = []
  private(set) var misfitCount = 0
  private(set) var forms: NumberForms = []

  private let missing: MissingCodes
  private var missingCounts: [Int]
  private var numbers: [Double] = []
  private var codes: [Int32] = []
  private(set) var dictionary = LevelDictionary()
  private var rows = 0
  /// Rows whose values have been taken as pieces.
  private var taken = 0

  /// A column of the declared type, or one whose type is to be found out.
  init(_ name: String, declaration: DelimitedSettings.Declaration?, missing: MissingCodes) {
    self.name = name
    self.missing = missing
    missingCounts = Array(repeating: 0, count: missing.codes.count)
    declared = declaration?.type != nil
    switch declaration?.type {
    case nil: kind = .undecided
    case .number: kind = .number
    case .integer: kind = .integer
    case .logical: kind = .logical
    case .date: kind = .date
    case .text: kind = .text
    case .category: kind = declaration?.levels == nil ? .category : .levels
    }
    for level in declaration?.levels ?? [] where kind == .levels {
      let bytes = Array(level.utf8)
      _ = dictionary.code(bytes.span, 0, bytes.count)
    }
  }

  /// A column read as a category because its cells turned out to be of no other type.
  init(categoryInsteadOf other: ColumnReader) {
    name = other.name
    missing = other.missing
    missingCounts = Array(repeating: 0, count: missing.codes.count)
    declared = false
    kind = .category
  }

  var isInferredNumber: Bool { !declared && kind == .number }

  mutating func reserve(_ capacity: Int) {
    switch kind {
    case .category, .levels, .text: codes.reserveCapacity(capacity)
    default: numbers.reserveCapacity(capacity)
    }
  }

  /// Lets go of the values of a column that will be read again.
  mutating func forget() {
    numbers = []
    codes = []
  }

  /// Adds the cells in one place of every row of the block.
  mutating func append(_ block: borrowing CellBlock, slot: Int, from bytes: Span<UInt8>) {
    if isContradicted { return }
    let cells = block.cells.span
    let width = block.width
    var row = 0
    if case .undecided = kind {
      while row < block.rows {
        let cell = cells[row * width + slot]
        let code = missingCode(cell, bytes)
        if code < 0 {
          decide(cell, bytes)
          break
        }
        missingCounts[code] += 1
        row += 1
      }
      rows += row
      if case .category = kind {
        codes = Array(repeating: -1, count: rows - taken)
      } else {
        for _ in 0..<row { numbers.append(.nan) }
      }
    }
    switch kind {
    case .undecided: return
    case .category, .text: appendTexts(cells, width, slot, row..<block.rows, bytes)
    case .levels: appendLevels(cells, width, slot, row..<block.rows, bytes)
    case .number:
      var forms = self.forms
      appendValues(cells, width, slot, row..<block.rows, bytes) { bytes, start, end in
        NumberText.parse(bytes, start, end, forms: &forms)
      }
      self.forms = forms
    case .integer:
      appendValues(cells, width, slot, row..<block.rows, bytes) { bytes, start, end in
        var forms: NumberForms = []
        let value = NumberText.parse(bytes, start, end, forms: &forms)
        return forms.isSubset(of: .padded) ? value : .nan
      }
    case .date: appendValues(cells, width, slot, row..<block.rows, bytes, DateText.parse)
    case .logical:
      let allowsDigits = declared
      appendValues(cells, width, slot, row..<block.rows, bytes) { bytes, start, end in
        LogicalText.parse(bytes, start, end, allowsDigits: allowsDigits)
      }
    }
  }

  /// The finished column.
  consuming func finish() -> Column {
    let counts = zip(missing.codes, missingCounts).filter { $0.1 > 0 }
      .map { MissingCount(code: $0.0, count: $0.1) }
    switch kind {
    case .undecided, .number:
      let isWhole = !declared && kind == .number && forms.isEmpty
      return Column(
        name, type: isWhole ? .integer : .number, storage: .numbers(numbers), missing: counts)
    case .integer:
      return Column(name, type: .integer, storage: .numbers(numbers), missing: counts)
    case .logical:
      return Column(name, type: .logical, storage: .numbers(numbers), missing: counts)
    case .date:
      return Column(name, type: .date, storage: .numbers(numbers), missing: counts)
    case .levels:
      return Column(
        name, type: .category, storage: .codes(codes, levels: dictionary.levels), missing: counts)
    case .category, .text:
      let isText = kind == .text
      let order = LevelOrder(dictionary, sorted: !isText)
      // Taken out, so that they are recoded where they stand.
      var own: [Int32] = []
      swap(&own, &codes)
      return Column(
        name, type: isText ? .text : .category,
        storage: .codes(order.recoded(own), levels: order.levels), missing: counts)
    }
  }

  /// The values read since the last piece, which the reader lets go of; its type, levels and counts stay.
  ///
  /// - Parameters:
  ///   - order: where the codes of a category go; the order of discovery where `nil`.
  ///   - whole: the column as all its values make it, for name, type and levels.
  mutating func takePiece(_ order: LevelOrder?, as whole: Column? = nil) -> Column {
    let storage: Column.Storage
    switch kind {
    case .category, .levels, .text:
      var levels: [String] = []
      if let whole, case .codes(_, let known) = whole.storage { levels = known }
      storage = .codes(order?.recoded(codes) ?? codes, levels: levels)
    default: storage = .numbers(numbers)
    }
    numbers.removeAll(keepingCapacity: true)
    codes.removeAll(keepingCapacity: true)
    taken = rows
    return Column(name, type: whole?.type ?? .number, storage: storage)
  }

  /// The order in which the levels of a category are kept; `nil` for other columns and declared levels.
  var levelOrder: LevelOrder? {
    switch kind {
    case .category, .text: LevelOrder(dictionary, sorted: kind != .text)
    default: nil
    }
  }

  /// Takes the kind of the first value.
  private mutating func decide(_ cell: CellRange, _ bytes: Span<UInt8>) {
    var forms: NumberForms = []
    if cell.hasDoubledQuotes {
      kind = .category
    } else if !LogicalText.parse(bytes, cell.start, cell.end, allowsDigits: false).isNaN {
      kind = .logical
    } else if !NumberText.parse(bytes, cell.start, cell.end, forms: &forms).isNaN {
      kind = .number
    } else if !DateText.parse(bytes, cell.start, cell.end).isNaN {
      kind = .date
    } else {
      kind = .category
    }
  }

  private func missingCode(_ cell: CellRange, _ bytes: Span<UInt8>) -> Int {
    if cell.hasDoubledQuotes {
      let content = bytes.content(of: cell)
      return missing.match(content.span, 0, content.count)
    }
    return missing.match(bytes, cell.start, cell.end)
  }

  @inline(__always)
  private mutating func appendValues(
    _ cells: Span<CellRange>, _ width: Int, _ slot: Int, _ range: Range<Int>,
    _ bytes: Span<UInt8>, _ parse: (Span<UInt8>, Int, Int) -> Double
  ) {
    var place = range.lowerBound * width + slot
    for _ in range {
      let cell = cells[place]
      place += width
      let code = missingCode(cell, bytes)
      if code >= 0 {
        missingCounts[code] += 1
        numbers.append(.nan)
      } else {
        let value = cell.hasDoubledQuotes ? .nan : parse(bytes, cell.start, cell.end)
        if value.isNaN {
          if !declared {
            isContradicted = true
            return
          }
          note(cell, bytes)
        }
        numbers.append(value)
      }
      rows += 1
    }
  }

  private mutating func appendTexts(
    _ cells: Span<CellRange>, _ width: Int, _ slot: Int, _ range: Range<Int>,
    _ bytes: Span<UInt8>
  ) {
    var place = range.lowerBound * width + slot
    for _ in range {
      let cell = cells[place]
      place += width
      let code = missingCode(cell, bytes)
      if code >= 0 {
        missingCounts[code] += 1
        codes.append(-1)
      } else if cell.hasDoubledQuotes {
        let content = bytes.content(of: cell)
        codes.append(dictionary.code(content.span, 0, content.count))
      } else {
        codes.append(dictionary.code(bytes, cell.start, cell.end))
      }
      rows += 1
    }
  }

  private mutating func appendLevels(
    _ cells: Span<CellRange>, _ width: Int, _ slot: Int, _ range: Range<Int>,
    _ bytes: Span<UInt8>
  ) {
    for row in range {
      let cell = cells[row * width + slot]
      let code = missingCode(cell, bytes)
      if code >= 0 {
        missingCounts[code] += 1
        codes.append(-1)
      } else {
        let content = bytes.content(of: cell)
        let level = dictionary.find(content.span, 0, content.count)
        if level < 0 { note(cell, bytes) }
        codes.append(level)
      }
      rows += 1
    }
  }

  private mutating func note(_ cell: CellRange, _ bytes: Span<UInt8>) {
    misfitCount += 1
    guard misfits.count < TableError.faultsShown else { return }
    let text = String(decoding: bytes.content(of: cell), as: UTF8.self)
    misfits.append(Misfit(row: rows, value: text.count > 60 ? "\(text.prefix(60))…" : text))
  }

  /// What fits the declared type, for a message.
  var expected: String {
    switch kind {
    case .undecided, .category, .text: "any text"
    case .logical: "`true`, `false`, `TRUE`, `FALSE`, 0 or 1"
    case .number: "a number"
    case .integer: "a whole number up to 2^53 (declare `category` for longer codes)"
    case .date: "a date such as `2017-09-01`"
    case .levels:
      "one of the declared levels "
        + dictionary.levels.prefix(TableError.faultsShown).map { "`\($0)`" }
        .joined(separator: ", ")
    }
  }
}
