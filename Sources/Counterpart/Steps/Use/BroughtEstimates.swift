internal import FoundationEssentials
internal import LinearAlgebra
internal import Tables

/// Estimates with their covariance that were made elsewhere, from the text of their files.
struct BroughtEstimates: Sendable {
  let terms: [String]
  let estimates: [Double]
  /// `nil` where only standard errors were given.
  let covariance: Matrix?
  let standardErrors: [Double]

  /// What is wrong with the files, in a sentence that names file and place.
  struct Problem: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
  }

  /// - Parameters:
  ///   - estimates: a `.csv` of `term`, `estimate` and perhaps `std_error`, or a `.json` of `terms`, `estimates` and
  ///     `covariance`.
  ///   - covariance: a `.csv` of `term`, `other`, `covariance`, or of `term` and a column a term.
  init(
    estimates: (file: String, bytes: [UInt8]), covariance: (file: String, bytes: [UInt8])?
  ) throws(Problem) {
    if estimates.file.lowercased().hasSuffix(".json") {
      guard covariance == nil else {
        throw Problem("\(estimates.file) holds its covariance itself: drop `covariance`")
      }
      self = try Self(json: estimates)
      return
    }
    let table = try Self.table(estimates)
    let terms = try Self.terms(of: table, estimates.file)
    let values = try Self.numbers("estimate", of: table, estimates.file)
    let errors =
      table["std_error"] == nil ? nil : try Self.numbers("std_error", of: table, estimates.file)
    if let row = errors?.firstIndex(where: { !($0 >= 0) }) {
      throw Problem(
        "\(estimates.file):\(row + 2): column `std_error`: expected a number from 0, found \(errors?[row] ?? 0)"
      )
    }
    let matrix = try covariance.map { (file) throws(Problem) in
      try Self.matrix(try Self.table(file), terms: terms, file: file.file)
    }
    try self.init(
      terms: terms, estimates: values, covariance: matrix, errors: errors,
      file: covariance?.file ?? estimates.file)
  }

  private init(
    terms: [String], estimates: [Double], covariance: Matrix?, errors: [Double]?, file: String
  ) throws(Problem) {
    if let covariance {
      for i in terms.indices {
        for j in 0..<i {
          let scale = (abs(covariance[i, i]) * abs(covariance[j, j])).squareRoot()
          guard abs(covariance[i, j] - covariance[j, i]) <= 1e-8 * max(scale, 1e-300) else {
            throw Problem(
              "\(file): the covariance of `\(terms[i])` with `\(terms[j])` is \(covariance[i, j]) one way and "
                + "\(covariance[j, i]) the other, expected a symmetric matrix")
          }
        }
      }
      guard let eigen = try? SymmetricEigen(covariance),
        (eigen.values.first ?? 0) >= -1e-8 * (eigen.values.last ?? 0)
      else {
        throw Problem(
          "\(file): the covariance matrix has a negative eigenvalue, so it is none: bring it with more digits"
        )
      }
      let own = covariance.diagonal.map { $0.squareRoot() }
      if let errors,
        let k = own.indices.first(where: { abs(own[$0] - errors[$0]) > 1e-3 * own[$0] })
      {
        throw Problem(
          "\(file): the standard error of `\(terms[k])` is \(own[k]) by the covariance and \(errors[k]) beside "
            + "the estimate: do they belong together?")
      }
      standardErrors = own
    } else {
      guard let errors else {
        throw Problem("\(file): expected a column `std_error`, or a file under `covariance`")
      }
      standardErrors = errors
    }
    self.terms = terms
    self.estimates = estimates
    self.covariance = covariance
  }

  /// The named terms alone, in the order given.
  func selecting(_ names: [String]) -> BroughtEstimates? {
    let positions = names.compactMap { terms.firstIndex(of: $0) }
    guard positions.count == names.count else { return nil }
    return BroughtEstimates(self, positions)
  }

  private init(_ whole: BroughtEstimates, _ positions: [Int]) {
    terms = positions.map { whole.terms[$0] }
    estimates = positions.map { whole.estimates[$0] }
    covariance = whole.covariance?.selecting(rows: positions, columns: positions)
    standardErrors = positions.map { whole.standardErrors[$0] }
  }

  /// The covariance, or that of a single term from its standard error; `nil` where terms have no covariance.
  var wholeCovariance: Matrix? {
    if let covariance { return covariance }
    guard terms.count == 1 else { return nil }
    return Matrix(rows: 1, columns: 1, elements: [standardErrors[0] * standardErrors[0]])
  }

  private struct Document: Decodable {
    let terms: [String]
    let estimates: [Double]
    let covariance: [[Double]]
  }

  private init(json file: (file: String, bytes: [UInt8])) throws(Problem) {
    let document: Document
    do { document = try JSONDecoder().decode(Document.self, from: Data(file.bytes)) } catch {
      throw Problem(
        "\(file.file): expected `{\"terms\": […], \"estimates\": […], \"covariance\": [[…], …]}`")
    }
    let count = document.terms.count
    guard count > 0, document.estimates.count == count, document.covariance.count == count,
      document.covariance.allSatisfy({ $0.count == count })
    else {
      throw Problem(
        "\(file.file): \(count) terms, \(document.estimates.count) estimates and a covariance of "
          + "\(document.covariance.count) rows, expected as many of each")
    }
    if let twice = Self.repeated(document.terms) {
      throw Problem("\(file.file): term `\(twice)` stands twice")
    }
    try self.init(
      terms: document.terms, estimates: document.estimates,
      covariance: Matrix(rows: count, columns: document.covariance), errors: nil, file: file.file)
  }

  private static func table(_ file: (file: String, bytes: [UInt8])) throws(Problem) -> Table {
    var bytes = file.bytes
    // R writes row names under an empty heading.
    for empty in ["\"\",", ","] where bytes.starts(with: Array(empty.utf8)) {
      bytes = Array("term,".utf8) + bytes.dropFirst(empty.utf8.count)
      break
    }
    let names = ["term", "other"]
    do throws(TableError) {
      // Names of terms such as `(Intercept)` or 2 are texts.
      var plain = DelimitedFile(file.file)
      let known = try DownloadedFile(plain).read(bytes, as: file.file).columnNames
      let texts = names.filter(known.contains).map { ($0, DelimitedSettings.Declaration(.text)) }
      plain = DelimitedFile(
        file.file,
        settings: DelimitedSettings(
          missing: [""], columns: Dictionary(texts, uniquingKeysWith: { first, _ in first })))
      return try DownloadedFile(plain).read(bytes, as: file.file)
    } catch { throw Problem("\(error)") }
  }

  private static func terms(of table: Table, _ file: String) throws(Problem) -> [String] {
    guard let column = table["term"] else {
      throw Problem(
        "\(file): expected a column `term`, found "
          + table.columnNames.map { "`\($0)`" }.joined(separator: ", "))
    }
    if let row = (0..<table.rowCount).first(where: { column.isMissing($0) }) {
      throw Problem("\(file):\(row + 2): column `term`: expected a name, found nothing")
    }
    let terms = (0..<table.rowCount).map { column.text(at: $0) }
    if let twice = repeated(terms) { throw Problem("\(file): term `\(twice)` stands twice") }
    guard !terms.isEmpty else { throw Problem("\(file): expected at least one term") }
    return terms
  }

  private static func repeated(_ terms: [String]) -> String? {
    var seen: Set<String> = []
    return terms.first { !seen.insert($0).inserted }
  }

  private static func numbers(
    _ name: String, of table: Table, _ file: String
  ) throws(Problem) -> [Double] {
    guard let column = table[name], case .numbers(let values) = column.storage else {
      throw Problem(
        table[name] == nil
          ? "\(file): expected a column `\(name)`, found "
            + table.columnNames.map { "`\($0)`" }.joined(separator: ", ")
          : "\(file): column `\(name)`: expected numbers")
    }
    if let row = values.firstIndex(where: { !$0.isFinite }) {
      throw Problem("\(file):\(row + 2): column `\(name)`: expected a number, found nothing")
    }
    return values
  }

  private static func matrix(
    _ table: Table, terms: [String], file: String
  ) throws(Problem) -> Matrix {
    let rows = try rowNames(of: table, file)
    var result = Matrix(rows: terms.count, columns: terms.count, repeating: .nan)
    if let other = table["other"] {
      let values = try numbers("covariance", of: table, file)
      var seen: Set<[Int]> = []
      for row in 0..<table.rowCount {
        guard let i = terms.firstIndex(of: rows[row]),
          let j = terms.firstIndex(of: other.text(at: row))
        else { continue }
        guard seen.insert([i, j]).inserted else {
          throw Problem(
            "\(file):\(row + 2): the covariance of `\(terms[i])` with `\(terms[j])` stands twice")
        }
        result[i, j] = values[row]
        if result[j, i].isNaN { result[j, i] = values[row] }
      }
    } else {
      for (j, term) in terms.enumerated() {
        guard table[term] != nil else { continue }
        let values = try numbers(term, of: table, file)
        for (row, name) in rows.enumerated() {
          if let i = terms.firstIndex(of: name) { result[i, j] = values[row] }
        }
      }
    }
    for i in terms.indices {
      for j in terms.indices where result[i, j].isNaN {
        throw Problem("\(file): no covariance of `\(terms[i])` with `\(terms[j])`")
      }
    }
    return result
  }

  /// The first column by name, repeated names allowed: a long table has a row a pair.
  private static func rowNames(of table: Table, _ file: String) throws(Problem) -> [String] {
    guard let column = table["term"] else {
      throw Problem(
        "\(file): expected a column `term`, found "
          + table.columnNames.map { "`\($0)`" }.joined(separator: ", "))
    }
    return (0..<table.rowCount).map { column.text(at: $0) }
  }
}
