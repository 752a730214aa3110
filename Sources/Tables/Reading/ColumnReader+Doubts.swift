extension ColumnReader {
  /// Whether an inferred column has to be read again as a category.
  var mustBeText: Bool { isContradicted || isCode }

  /// Whether the numbers are codes whose digits a Double would lose.
  private var isCode: Bool {
    isInferredNumber && !forms.isDisjoint(with: [.large, .padded])
      && forms.isDisjoint(with: [.fraction, .percent])
  }

  /// What a user should know about how the column was read.
  var doubt: Diagnostic? {
    if isContradicted { return nil }
    if isCode {
      let reason =
        forms.contains(.large)
        ? "holds whole numbers beyond 2^53" : "holds whole numbers with leading zeros"
      return Diagnostic(
        .note, code: forms.contains(.large) ? "long-integers" : "leading-zeros",
        "column `\(name)` \(reason) and is read as a category, so that no digit is lost; "
          + "declare its type as number to calculate with it")
    }
    if kind == .number && forms.contains(.percent) {
      return Diagnostic(
        .note, code: "percent", "column `\(name)` is written with percent signs: 12% is read as 12")
    }
    if kind == .undecided {
      return Diagnostic(
        .note, code: "no-values", "column `\(name)` has no value in any row")
    }
    if kind == .category && !declared { return doubtAboutStrays }
    return nil
  }

  /// A few texts among many numbers or dates are mostly codes for missing values that nobody declared.
  /// Where the numbers are too many for a category, a model would take each for a level: a warning.
  private var doubtAboutStrays: Diagnostic? {
    let strayLimit = 8
    let mostCategories = 20
    let numbers = dictionary.strays(limit: strayLimit) { bytes, start, end in
      var forms: NumberForms = []
      return NumberText.parse(bytes, start, end, forms: &forms)
    }
    let dates = dictionary.strays(limit: strayLimit, DateText.parse)
    for (found, noun) in [(numbers, "numbers"), (dates, "dates")] {
      guard let found, !found.others.isEmpty, found.parsed > found.others.count else { continue }
      let shown = found.others.sorted().map { "`\($0)`" }.joined(separator: ", ")
      return Diagnostic(
        found.parsed > mostCategories ? .warning : .note, code: "texts-among-\(noun)",
        "column `\(name)` is read as a category because of \(shown); all its other values are "
          + "\(noun): declare under `missing` what stands for no value")
    }
    return nil
  }
}
