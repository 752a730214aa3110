/// Turns a variable of Stata or SPSS into a column.
struct LabelledColumn {
  private let variable: ReadStatReader.Variable
  private let labels: [ReadStatReader.ValueLabel]
  private let declaration: DelimitedSettings.Declaration?
  private let missingTexts: [String]

  init(
    _ variable: ReadStatReader.Variable, labels: [ReadStatReader.ValueLabel],
    declaration: DelimitedSettings.Declaration?, missing: [String]
  ) {
    self.variable = variable
    self.labels = labels
    self.declaration = declaration
    missingTexts = missing
  }

  func column(file: String, diagnostics: inout [Diagnostic]) throws(TableError) -> Column {
    try interpreted(file: file, diagnostics: &diagnostics)
      .without(texts: declaration?.missing ?? [])
  }

  private func interpreted(
    file: String, diagnostics: inout [Diagnostic]
  ) throws(TableError) -> Column {
    if variable.isText { return try texts(file: file) }
    if let date = days {
      return Column(
        variable.name, type: .date, storage: .numbers(date), missing: counts(empty: systemMissing))
    }
    let wanted = declaration?.type
    let valued = labels.compactMap { label -> (value: Double, label: String)? in
      guard case .number(let value) = label.value else { return nil }
      return (value, label.label)
    }.sorted { $0.value < $1.value }
    let declaredMissing = Set(
      variable.declaredMissing.compactMap { entry -> Double? in
        if case .number(let value) = entry.code { value } else { nil }
      })
    let named = valued.filter { !declaredMissing.contains($0.value) }
    let known = Set(named.map(\.value))
    let strays = variable.numbers.filter { !$0.isNaN && !known.contains($0) }
    if wanted == .category || wanted == .text || (wanted == nil && !named.isEmpty && strays.isEmpty)
    {
      return category(named, strays: strays, type: wanted ?? .category)
    }
    if wanted == nil, !named.isEmpty {
      let values = Set(strays).sorted().prefix(3).map { ColumnType.number.text(of: $0) }
      diagnostics.append(
        Diagnostic(
          .note, code: "partly-labelled",
          "column `\(variable.name)` has labels for some values only (none for \(values.joined(separator: ", "))), "
            + "and is read as numbers: declare its type as category to keep the labels"))
    }
    let isWhole = variable.numbers.allSatisfy { $0.isNaN || ($0.rounded() == $0 && abs($0) < 9e15) }
    return Column(
      variable.name, type: wanted ?? (isWhole ? .integer : .number),
      storage: .numbers(variable.numbers), missing: counts(empty: systemMissing))
  }

  /// Labels as levels in the order of their values, values without a label as their digits behind them.
  private func category(
    _ named: [(value: Double, label: String)], strays: [Double], type: ColumnType
  ) -> Column {
    var levels: [String] = []
    var code: [Double: Int32] = [:]
    func add(_ value: Double, _ label: String) {
      // Two values may share a label.
      if let known = levels.firstIndex(of: label) {
        code[value] = Int32(known)
      } else {
        code[value] = Int32(levels.count)
        levels.append(label)
      }
    }
    for (value, label) in named { add(value, label) }
    for value in Set(strays).sorted() { add(value, ColumnType.number.text(of: value)) }
    return Column(
      variable.name, type: type,
      storage: .codes(
        variable.numbers.map { $0.isNaN ? -1 : code[$0] ?? -1 }, levels: levels),
      missing: counts(empty: systemMissing))
  }

  private func texts(file: String) throws(TableError) -> Column {
    let missing = Set(missingTexts + (declaration?.missing ?? []))
    var counted: [String: Int] = [:]
    let declaredRows = Set(variable.declaredMissing.map(\.row))
    var values: [String?] = []
    for (row, text) in variable.texts.enumerated() {
      let trimmed = String(text.reversed().drop { $0 == " " }.reversed())
      if declaredRows.contains(row) {
        values.append(nil)
      } else if trimmed.isEmpty || missing.contains(trimmed) {
        counted[trimmed, default: 0] += 1
        values.append(nil)
      } else {
        values.append(trimmed)
      }
    }
    if let type = declaration?.type, type != .text, type != .category {
      return try numbers(values, type: type, file: file, counted)
    }
    let labelled = labels.compactMap { label -> (String, String)? in
      guard case .text(let value) = label.value else { return nil }
      return (value, label.label)
    }
    let names = Dictionary(labelled, uniquingKeysWith: { first, _ in first })
    let column = Column(
      variable.name, categories: values.map { value in value.map { names[$0] ?? $0 } },
      levels: declaration?.levels)
    return Column(
      variable.name, type: declaration?.type ?? .category, storage: column.storage,
      missing: counts(empty: 0)
        + counted.keys.sorted().map { MissingCount(code: $0, count: counted[$0] ?? 0) })
  }

  /// A column of texts that is declared to hold numbers or dates.
  private func numbers(
    _ values: [String?], type: ColumnType, file: String, _ counted: [String: Int]
  ) throws(TableError) -> Column {
    var (numbers, misfits): ([Double], [CellMisfit]) = ([], [])
    var count = 0
    for (row, value) in values.enumerated() {
      guard let value else {
        numbers.append(.nan)
        continue
      }
      let bytes = Array(value.utf8)
      var forms: NumberForms = []
      let number =
        type == .date
        ? DateText.parse(bytes.span, 0, bytes.count)
        : NumberText.parse(bytes.span, 0, bytes.count, forms: &forms)
      if number.isNaN {
        count += 1
        if misfits.count < TableError.faultsShown {
          misfits.append(
            CellMisfit(
              line: row + 1, column: variable.name, value: value,
              expected: type == .date ? "a date such as 2017-09-01" : "a number"))
        }
      }
      numbers.append(number)
    }
    guard misfits.isEmpty else { throw .misfits(misfits, count: count, file: file) }
    return Column(
      variable.name, type: type, storage: .numbers(numbers),
      missing: counts(empty: 0)
        + counted.keys.sorted().map { MissingCount(code: $0, count: counted[$0] ?? 0) })
  }

  /// Days since 1970 where the format is one of days: Stata counts from 1960-01-01, SPSS seconds from 1582-10-14.
  private var days: [Double]? {
    guard declaration?.type == nil || declaration?.type == .date else { return nil }
    let format = variable.format.uppercased()
    if format.hasPrefix("%TD") || format.hasPrefix("%D") || format.hasPrefix("%-TD") {
      return variable.numbers.map { $0 - 3_653 }
    }
    let spss = ["DATE", "ADATE", "EDATE", "SDATE", "JDATE"]
    let name = format.prefix { $0.isLetter }
    guard spss.contains(String(name)) else { return nil }
    return variable.numbers.map { ($0 / 86_400).rounded(.down) - 141_428 }
  }

  /// Rows without a value and without a reason.
  private var systemMissing: Int {
    variable.numbers.count(where: \.isNaN) - variable.declaredMissing.count
  }

  /// Missing values by label, or by code where they have none.
  private func counts(empty: Int) -> [MissingCount] {
    var found: [String: Int] = [:]
    for (_, code) in variable.declaredMissing { found[name(of: code), default: 0] += 1 }
    return (empty > 0 ? [MissingCount(code: "", count: empty)] : [])
      + found.keys.sorted().map { MissingCount(code: $0, count: found[$0] ?? 0) }
  }

  private func name(of code: ReadStatReader.MissingValue) -> String {
    if let label = labels.first(where: { $0.value == code }) { return label.label }
    return switch code {
    case .tag(let tag): ".\(Character(Unicode.Scalar(tag)))"
    case .number(let value): ColumnType.number.text(of: value)
    case .text(let text): text
    }
  }
}

extension Column {
  /// The column without the values that are written as one of the texts, each counted on its own.
  fileprivate func without(texts: [String]) -> Column {
    guard !texts.isEmpty else { return self }
    let gone = Set(texts)
    var counts: [String: Int] = [:]
    var isGone = [Bool](repeating: false, count: count)
    for row in 0..<count where !isMissing(row) {
      let text = self.text(at: row)
      guard gone.contains(text) else { continue }
      counts[text, default: 0] += 1
      isGone[row] = true
    }
    guard !counts.isEmpty else { return self }
    let found = texts.compactMap { text in
      counts.removeValue(forKey: text).map { MissingCount(code: text, count: $0) }
    }
    switch storage {
    case .codes: return without(gone, counts: missing + found)
    case .numbers(let values):
      return Column(
        name, type: type, storage: .numbers(zip(values, isGone).map { $1 ? .nan : $0 }),
        missing: missing + found)
    }
  }
}
