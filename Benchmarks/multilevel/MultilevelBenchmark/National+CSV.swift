import Foundation

extension National {
  /// Writes the pupils as comma-separated values, a piece at a time.
  func write(to path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let file = FileHandle(forWritingAtPath: path)
    else { throw CocoaError(.fileWriteUnknown) }
    let header = ["school", "authority", "primary", "attainment"] + covariates.map(\.name)
    var text = header.joined(separator: ",") + "\n"
    for row in 0..<rows {
      // Three decimals, as marks have; the peers read the same file.
      text += "\(school[row]),\(authority[row]),\(primary[row]),\(rounded(attainment[row]))"
      for covariate in covariates { text += ",\(rounded(covariate.values[row]))" }
      text += "\n"
      if row % 20_000 == 0 || row == rows - 1 {
        try file.write(contentsOf: Data(text.utf8))
        text = ""
      }
    }
    try file.close()
  }

  private func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
