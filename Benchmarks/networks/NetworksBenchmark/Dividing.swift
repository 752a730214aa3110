import Foundation
import Networks
import Probability
import Tables

/// Schools divided into families of 12 to 20 by two covariates, with and without keeping 3 km apart.
struct Dividing {
  let name: String
  let columns: [[Double]]
  let locations: Locations

  /// Schools of the synthetic register.
  init(schools count: Int) throws {
    var design = RegisterDesign()
    design.others = max(0, count - design.federatedSchools)
    let tables = SyntheticRegister(design, seed: Seed(1)).tables
    guard let table = tables.first(where: { $0.name == "schools" }) else {
      throw CocoaError(.fileNoSuchFile)
    }
    func numbers(_ column: String) -> [Double] {
      guard case .numbers(let values)? = table[column]?.storage else { return [] }
      return values
    }
    name = "synthetic register"
    columns = [numbers("prior"), numbers("fsm")]
    locations = Locations(
      eastings: numbers("easting").map { $0 / 1000 },
      northings: numbers("northing").map { $0 / 1000 })
  }

  /// - Parameter file: one school a line: easting and northing in kilometres, then covariates, with commas between.
  init(file: String, most: Int) throws {
    let rows = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").prefix(most)
      .map { line in line.split(separator: ",").compactMap { Double($0) } }
    name = (file as NSString).lastPathComponent
    columns = (2..<(rows.first?.count ?? 2)).map { k in rows.map { $0[k] } }
    locations = Locations(eastings: rows.map { $0[0] }, northings: rows.map { $0[1] })
  }

  func printRows() throws {
    for distance in [0.0, 3] {
      let problem = try FamilyProblem(
        columns: columns, sizes: 12...20,
        apart: distance > 0 ? .distance(locations, distance) : nil)
      var families: Families?
      let time = try Timing { families = try Families(problem) }
      guard let families else { return }
      row(
        "families", "\(columns[0].count)", rounded(time.processor, 1), "s",
        "\(name), \(columns.count) covariates, \(rounded(distance, 0)) km apart: sum of squares "
          + "\(rounded(families.objective)), bound \(rounded(families.bound)), gap \(rounded(100 * families.gap, 2)) %"
      )
    }
  }
}
