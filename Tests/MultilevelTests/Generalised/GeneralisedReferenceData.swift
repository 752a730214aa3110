import Designs
import Foundation
import Tables

/// A CSV file without quotes, as columns of text.
struct PlainCSV {
  let names: [String]
  let columns: [[String]]

  init(_ url: URL) throws {
    let lines = try String(contentsOf: url, encoding: .utf8).split(whereSeparator: \.isNewline)
    names = lines[0].split(separator: ",").map(String.init)
    var columns = [[String]](repeating: [], count: names.count)
    for line in lines.dropFirst() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      for (j, cell) in cells.enumerated() { columns[j].append(String(cell)) }
    }
    self.columns = columns
  }

  func text(_ name: String) -> [String] { columns[names.firstIndex(of: name) ?? 0] }
  func numbers(_ name: String) -> [Double] { text(name).map { Double($0) ?? .nan } }
  func indicator(_ name: String, of level: String) -> [Double] {
    text(name).map { $0 == level ? 1 : 0 }
  }
}

/// A frame from columns of numbers.
struct FrameDraft {
  var columns: [ModelFrame.NamedColumn] = []
  var fixed: [Int] = []
  var response = 0
  var weights: Int?
  var offset: Int?
  var random: [RandomTerm] = []
  let rowCount: Int

  init(response: [Double]) {
    rowCount = response.count
    columns.append(.init("y", .values(response)))
  }

  mutating func add(_ name: String, _ values: [Double]) -> Int {
    columns.append(.init(name, .values(values)))
    return columns.count - 1
  }

  mutating func addFixed(_ name: String, _ values: [Double]) { fixed.append(add(name, values)) }

  mutating func addIntercept() {
    columns.append(.init("(Intercept)", .constant(1)))
    fixed.append(columns.count - 1)
  }

  func column(_ name: String) -> Int { columns.firstIndex { $0.name == name } ?? 0 }

  mutating func addTerm(_ names: [String], by factor: GroupingFactor) {
    random.append(RandomTerm(factor: factor, columns: names.map(column)))
  }

  var frame: ModelFrame {
    ModelFrame(
      selection: nil, rowCount: rowCount, columns: columns, fixed: fixed, response: response,
      offset: offset, weights: weights, random: random)
  }
}

extension GroupingFactor {
  /// Levels in the order of their first row.
  init(_ name: String, labels: [String]) {
    var positions: [String: Int32] = [:]
    var levels: [String] = []
    var codes: [Int32] = []
    for label in labels {
      if let code = positions[label] {
        codes.append(code)
      } else {
        positions[label] = Int32(levels.count)
        codes.append(Int32(levels.count))
        levels.append(label)
      }
    }
    self.init(name: name, codes: codes, levels: levels)
  }

  init(_ name: String, codes: [Int], levels: Int) {
    self.init(
      name: name, codes: codes.map(Int32.init), levels: (0..<levels).map { "\(name)\($0)" })
  }
}

/// The models of the reference fits.
enum GeneralisedCase {
  static func contraception(_ csv: PlainCSV, slope: Bool) -> ModelFrame {
    var draft = FrameDraft(response: csv.indicator("use", of: "Y"))
    draft.addIntercept()
    let age = csv.numbers("age")
    draft.addFixed("age", age)
    draft.addFixed("age2", age.map { $0 * $0 })
    draft.addFixed("urbanY", csv.indicator("urban", of: "Y"))
    for level in ["1", "2", "3+"] {
      draft.addFixed("livch\(level)", csv.indicator("livch", of: level))
    }
    draft.addTerm(
      slope ? ["(Intercept)", "urbanY"] : ["(Intercept)"],
      by: GroupingFactor("district", labels: csv.text("district")))
    return draft.frame
  }

  /// - Parameter asShare: the response as shares of trials with trials as weights, instead of counts.
  static func cbpp(_ csv: PlainCSV, asShare: Bool) -> (frame: ModelFrame, trials: Int?) {
    let counts = csv.numbers("incidence")
    let sizes = csv.numbers("size")
    var draft = FrameDraft(response: asShare ? zip(counts, sizes).map { $0 / $1 } : counts)
    draft.addIntercept()
    for level in ["2", "3", "4"] {
      draft.addFixed("period\(level)", csv.indicator("period", of: level))
    }
    draft.addTerm(["(Intercept)"], by: GroupingFactor("herd", labels: csv.text("herd")))
    let trials = draft.add("size", sizes)
    if asShare {
      draft.weights = trials
      return (draft.frame, nil)
    }
    return (draft.frame, trials)
  }

  static func examHigh(_ csv: PlainCSV) -> ModelFrame {
    var draft = FrameDraft(response: csv.numbers("normexam").map { $0 > 0.5 ? 1 : 0 })
    draft.addIntercept()
    draft.addFixed("standLRT", csv.numbers("standLRT"))
    draft.addFixed("sexM", csv.indicator("sex", of: "M"))
    draft.addTerm(["(Intercept)"], by: GroupingFactor("school", labels: csv.text("school")))
    return draft.frame
  }
}
