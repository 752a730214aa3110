import Designs
import Probability

/// A small random data set with a chosen grouping structure, and its frame.
struct RandomDesign {
  enum Structure: String, CaseIterable {
    case oneFactor, slope, twoSlopes, independentSlope, slopeAlone, nested, nestedSlope, fourLevels
    case crossed, crossedSlopes, crossedInAreas, pupilsCrossed, threeCrossed, partlyGrouped
    case weighted, offset, farAway
  }

  let structure: Structure
  let rowCount: Int
  let columns: [[Double]]
  let names: [String]
  let fixed: [Int]
  let random: [RandomTerm]
  let response: [Double]
  let offset: [Double]?
  let weights: [Double]?

  init(_ structure: Structure, seed: UInt64, rows n: Int = 90) {
    self.structure = structure
    var random = RandomStream(Seed(seed)[structure.rawValue])
    func column(_ make: (Int) -> Double) -> [Double] { (0..<n).map(make) }
    func groups(_ count: Int, _ name: String) -> GroupingFactor {
      Self.factor(name, (0..<n).map { _ in Int32(random.index(below: count)) })
    }
    let shift = structure == .farAway ? 1e6 : 0
    let x1 = column { _ in random.normal() + 0.5 }
    let x2 = column { _ in shift + 3 * random.normal() }
    let member = column { _ in random.uniform() < 0.5 ? 1 : 0 }
    let school = groups(12, "school")
    let schoolX = Self.constantWithin(school) { _ in random.normal() }
    columns = [[Double](repeating: 1, count: n), x1, x2, member, schoolX]
    names = ["(Intercept)", "x1", "x2", "member", "schoolX"]
    fixed = [0, 1, 2, 4]
    func coarser(_ factor: GroupingFactor, _ count: Int32, _ name: String) -> GroupingFactor {
      Self.factor(name, factor.codes.map { $0 % count })
    }
    var offset: [Double]?
    var weights: [Double]?
    switch structure {
    case .oneFactor: self.random = [RandomTerm(factor: school, columns: [0])]
    case .slope, .farAway: self.random = [RandomTerm(factor: school, columns: [0, 2])]
    case .twoSlopes: self.random = [RandomTerm(factor: school, columns: [0, 1, 2])]
    case .independentSlope:
      self.random = [
        RandomTerm(factor: school, columns: [0]), RandomTerm(factor: school, columns: [1]),
      ]
    case .slopeAlone: self.random = [RandomTerm(factor: school, columns: [2])]
    case .nested:
      self.random = [
        RandomTerm(factor: school, columns: [0]),
        RandomTerm(factor: coarser(school, 4, "la"), columns: [0]),
      ]
    case .nestedSlope:
      self.random = [
        RandomTerm(factor: school, columns: [0, 1]),
        RandomTerm(factor: coarser(school, 4, "la"), columns: [0, 2]),
      ]
    case .fourLevels:
      let classes = groups(20, "class")
      let schools = coarser(classes, 10, "school")
      let areas = coarser(schools, 5, "la")
      self.random = [
        RandomTerm(factor: areas, columns: [0]), RandomTerm(factor: classes, columns: [0, 1]),
        RandomTerm(factor: schools, columns: [0, 2]),
      ]
    case .crossed:
      self.random = [
        RandomTerm(factor: school, columns: [0]),
        RandomTerm(factor: groups(17, "primary"), columns: [0]),
      ]
    case .crossedSlopes:
      self.random = [
        RandomTerm(factor: school, columns: [0, 1]),
        RandomTerm(factor: groups(15, "primary"), columns: [0, 2]),
      ]
    case .crossedInAreas:
      // Primaries and schools cross within three areas that do not mix.
      let areas = (0..<n).map { _ in Int32(random.index(below: 3)) }
      let schools = Self.factor("school", areas.map { $0 * 4 + Int32(random.index(below: 4)) })
      let primaries = Self.factor("primary", areas.map { $0 * 6 + Int32(random.index(below: 6)) })
      self.random = [
        RandomTerm(factor: schools, columns: [0, 1]), RandomTerm(factor: primaries, columns: [0]),
        RandomTerm(factor: Self.factor("la", areas), columns: [0]),
      ]
    case .pupilsCrossed:
      // Pupils measured several times lie in one primary and meet several schools.
      let pupils = groups(25, "pupil")
      self.random = [
        RandomTerm(factor: pupils, columns: [0]), RandomTerm(factor: school, columns: [0]),
        RandomTerm(factor: coarser(pupils, 6, "primary"), columns: [0, 1]),
      ]
    case .threeCrossed:
      self.random = [
        RandomTerm(factor: school, columns: [0]),
        RandomTerm(factor: groups(9, "year"), columns: [0]),
        RandomTerm(factor: groups(14, "primary"), columns: [0]),
      ]
    case .partlyGrouped:
      let groups = (0..<n).map { member[$0] == 1 ? school.codes[$0] % 5 : -1 }
      self.random = [
        RandomTerm(factor: school, columns: [0]),
        RandomTerm(factor: Self.factor("federation", groups), columns: [3]),
      ]
    case .weighted:
      weights = column { _ in 0.3 + 2 * random.uniform() }
      self.random = [RandomTerm(factor: school, columns: [0, 1])]
    case .offset:
      offset = column { _ in 5 * random.normal() }
      self.random = [RandomTerm(factor: school, columns: [0, 1])]
    }
    var response = column { k in 2 + 0.7 * x1[k] - 0.3 * (x2[k] - shift) + random.normal() }
    for term in self.random {
      for column in term.columns {
        let effects = term.factor.levels.map { _ in 0.8 * random.normal() }
        for k in 0..<n where term.factor.codes[k] >= 0 {
          let value = columns[column][k] - (column == 2 ? shift : 0)
          response[k] += effects[Int(term.factor.codes[k])] * value
        }
      }
    }
    if let offset { for k in 0..<n { response[k] += offset[k] } }
    self.response = response
    self.offset = offset
    self.weights = weights
    rowCount = n
  }

  private init(
    _ other: RandomDesign, columns: [[Double]], response: [Double], random: [RandomTerm],
    offset: [Double]?, weights: [Double]?
  ) {
    structure = other.structure
    rowCount = response.count
    names = other.names
    fixed = other.fixed
    self.columns = columns
    self.response = response
    self.random = random
    self.offset = offset
    self.weights = weights
  }

  /// The factor of the given codes, with levels that have rows only.
  static func factor(_ name: String, _ codes: [Int32]) -> GroupingFactor {
    let used = Set(codes.filter { $0 >= 0 }).sorted()
    let position = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($1, Int32($0)) })
    return GroupingFactor(
      name: name, codes: codes.map { position[$0] ?? -1 }, levels: used.map { "\(name)\($0)" })
  }

  private static func constantWithin(
    _ factor: GroupingFactor, _ make: (Int) -> Double
  ) -> [Double] {
    let values = factor.levels.indices.map(make)
    return factor.codes.map { values[Int($0)] }
  }

  var frame: ModelFrame {
    var all = columns.enumerated().map { index, values in
      ModelFrame.NamedColumn(names[index], index == 0 ? .constant(1) : .values(values))
    }
    all.append(ModelFrame.NamedColumn("y", .values(response)))
    let responsePlace = all.count - 1
    if let offset { all.append(ModelFrame.NamedColumn("offset", .values(offset))) }
    let offsetPlace = offset == nil ? nil : all.count - 1
    if let weights { all.append(ModelFrame.NamedColumn("weight", .values(weights))) }
    return ModelFrame(
      selection: nil, rowCount: rowCount, columns: all, fixed: fixed, response: responsePlace,
      offset: offsetPlace, weights: weights == nil ? nil : all.count - 1, random: random)
  }

  /// The same rows in another order.
  func permuted(_ order: [Int]) -> RandomDesign {
    RandomDesign(
      self, columns: columns.map { column in order.map { column[$0] } },
      response: order.map { response[$0] },
      random: random.map { term in
        RandomTerm(
          factor: GroupingFactor(
            name: term.factor.name, codes: order.map { term.factor.codes[$0] },
            levels: term.factor.levels), columns: term.columns)
      }, offset: offset.map { values in order.map { values[$0] } },
      weights: weights.map { values in order.map { values[$0] } })
  }

  /// Some of the rows, with the levels that they have.
  func keeping(_ rows: [Int]) -> RandomDesign {
    let kept = permuted(rows)
    return RandomDesign(
      kept, columns: kept.columns, response: kept.response,
      random: kept.random.map { term in
        RandomTerm(factor: Self.factor(term.factor.name, term.factor.codes), columns: term.columns)
      }, offset: kept.offset, weights: kept.weights)
  }

  /// The same groups under other codes.
  func relabelled() -> RandomDesign {
    RandomDesign(
      self, columns: columns, response: response,
      random: random.map { term in
        let count = Int32(term.factor.levels.count)
        return RandomTerm(
          factor: GroupingFactor(
            name: term.factor.name,
            codes: term.factor.codes.map { $0 < 0 ? -1 : count - 1 - $0 },
            levels: term.factor.levels.reversed()), columns: term.columns)
      }, offset: offset, weights: weights)
  }

  /// Column `column` as shift + scale × itself, and the response likewise.
  func transformed(
    column: Int, by scale: Double, plus shift: Double, response factor: Double = 1
  ) -> RandomDesign {
    var columns = columns
    columns[column] = columns[column].map { scale * $0 + shift }
    return RandomDesign(
      self, columns: columns, response: response.map { factor * $0 }, random: random,
      offset: offset.map { values in values.map { factor * $0 } }, weights: weights)
  }

  /// Every row twice, each with half its weight.
  func split() -> RandomDesign {
    let order = (0..<rowCount).flatMap { [$0, $0] }
    let doubled = permuted(order)
    return RandomDesign(
      self, columns: doubled.columns, response: doubled.response, random: doubled.random,
      offset: doubled.offset,
      weights: doubled.weights?.map { $0 / 2 } ?? [Double](repeating: 0.5, count: 2 * rowCount))
  }
}
