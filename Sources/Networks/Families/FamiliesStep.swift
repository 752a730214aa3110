public import Designs
public import StudyFiles
internal import Tables

extension FamiliesStep {
  /// Finds every name that means nothing in the data.
  public func check(in data: DataSet) throws(SpecErrors) {
    guard let schools = data[table: table.text] else {
      throw SpecErrors(
        SpecError(
          .unknownName(table.text, kind: "table", known: data.tableNames), path: "\(path).data",
          at: table.location))
    }
    var problems: [SpecError] = []
    let ranges = range.map { [($0, "range")] } ?? []
    let identity = id.map { [($0, "id")] } ?? []
    var names = similar.map { ($0.name, "similar") } + ranges + identity
    if case .area(let area)? = apart { names.append((area, "apart.area")) }
    if let quota { names.append((quota.column, "quota")) }
    for (name, key) in names {
      if let problem = columnProblem(
        name, path: "\(path).\(key)", in: data, actors: schools.name)
      {
        problems.append(problem)
      }
    }
    guard problems.isEmpty else { throw SpecErrors(problems) }
  }

  /// Divides the schools.
  ///
  /// - Parameter places: of the schools, in the order of their table.
  ///
  /// - Throws: ``ScenarioError``, ``ScenarioError/families(_:)`` where no division is possible.
  public func run(
    in data: DataSet, places: Places?
  ) throws(ScenarioError) -> FamiliesResult {
    let schools = try ActorData(data, table: table.text, places: places, id: id?.text)
    var columns: [[Double]] = []
    for item in similar { columns.append(try schools.numbers(item.name.text)) }
    let separation: FamilyProblem.Apart?
    switch apart {
    case nil: separation = nil
    case .distance(let least): separation = .distance(try schools.places(for: "apart"), least)
    case .area(let column): separation = .area(try schools.groups(column.text))
    }
    let limit = try quota.map { (quota) throws(ScenarioError) in
      (codes: try schools.groups(quota.column.text), most: quota.most)
    }
    let performance = try range.map { (column) throws(ScenarioError) in
      try schools.numbers(column.text)
    }
    let names = (0..<schools.count).map { schools.name($0, in: data) }
    do throws(FamilyError) {
      let problem = try FamilyProblem(
        columns: columns, weights: similar.map(\.weight), sizes: sizes, apart: separation,
        quota: limit)
      let families = try Families(problem)
      return FamiliesResult(
        families, problem, table: table.text, names: names, similar: similar.map(\.name.text),
        columns: columns, range: range?.text, performance: performance,
        locations: schools.locations, keepsApart: separation != nil)
    } catch {
      throw .families(error.text(covariates: similar.map(\.name.text)) { names[$0] })
    }
  }
}

extension ActorData {
  /// What the tables call an actor.
  func name(_ row: Int, in data: DataSet) -> String {
    guard let column = data[table: table]?[id] else { return "\(row + 1)" }
    switch column.storage {
    case .codes(let codes, let levels): return codes[row] < 0 ? "" : levels[Int(codes[row])]
    case .numbers(let values):
      return Int(exactly: values[row]).map(String.init) ?? "\(values[row])"
    }
  }
}
