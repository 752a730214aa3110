internal import Tables

/// For whom an action is, in which years, at what price and with what money.
public struct PolicyTerms: Sendable {
  public let eligible: SchoolRule
  /// Model years, the first is 1.
  public let years: ClosedRange<Int>
  /// For one unit, in prices of the scenario's price year.
  public let price: Double
  public let basis: CostBasis
  /// In all; `nil` for no limit.
  public let budget: Double?
  /// How many schools or groups a year; `nil` for no limit.
  public let atMost: Int?

  public init(
    eligible: SchoolRule = .everyone, years: ClosedRange<Int> = 1...Int.max, price: Double = 0,
    basis: CostBasis = .schoolYear, budget: Double? = nil, atMost: Int? = nil
  ) {
    self.eligible = eligible
    self.years = years
    self.price = price
    self.basis = basis
    self.budget = budget
    self.atMost = atMost
  }

  /// Whether the action works in the world's year: it is one of its years, and there is money.
  func isActive(_ world: World) -> Bool {
    years.contains(world.year) && world.year < world.fundingEnds
  }

  /// How many of `units` there is capacity and money for this year.
  func possible(_ units: Int, _ world: World, id: Int) -> Int {
    let capacity = min(units, atMost ?? units)
    return world.affordable(capacity, each: price, budget: budget, by: id)
  }

  /// The eligible schools of this year, ascending; where capacity or money do not reach for all of them, those
  /// with the lowest outcome.
  func served(_ world: World, id: Int, where suits: (Int) -> Bool = { _ in true }) -> [Int] {
    let eligible = eligible.schools(world)
    let schools = eligible.indices.filter { eligible[$0] && suits($0) }
    let count = possible(schools.count, world, id: id)
    guard count < schools.count else { return schools }
    return Array(Self.weakestFirst(schools, world).prefix(count)).sorted()
  }

  static func weakestFirst(_ schools: [Int], _ world: World) -> [Int] {
    schools.sorted { (world.outcome[$0], $0) < (world.outcome[$1], $1) }
  }

  func diagnostics(of action: String, policy: String, horizon: Int) -> [Diagnostic] {
    var found = eligible.fixed?.diagnostics ?? []
    func add(_ code: String, _ sentence: String) {
      found.append(Diagnostic(.warning, code: code, "policy `\(policy)`: \(sentence)"))
    }
    if let missing = eligible.fixed?.missing, missing > 0 {
      add(
        "eligibility-unknown",
        "\(missing) schools lack a value that `eligible` needs, and count as not eligible")
    }
    if budget == 0 {
      add("budget-zero", "\(action) has a budget of 0, so it changes nothing")
    } else if atMost == 0 {
      add("policy-never-applies", "\(action) reaches at most 0 a year, so it changes nothing")
    } else if eligible.fixed?.count == 0 {
      add("policy-never-applies", "no school is eligible for \(action), so it changes nothing")
    } else if years.lowerBound > horizon {
      add(
        "policy-never-applies",
        "\(action) starts in year \(years.lowerBound), after the last year \(horizon)")
    } else if let budget, price > budget {
      add(
        "policy-never-applies",
        "the budget of \(action) does not pay for one unit, which costs \(price)")
    }
    if price == 0 {
      add(
        "policy-without-cost",
        "\(action) costs nothing as it is written; give its `cost` before comparing costs")
    }
    return found
  }
}

/// For each what a price is paid.
public enum CostBasis: String, CaseIterable, Sendable {
  /// A school that is served, each year.
  case schoolYear = "school-year"
  /// A school, when it is first served.
  case school
  /// A group, each year.
  case groupYear = "group-year"
  /// A group, when it begins.
  case group
  /// The year, whoever is served.
  case year
}

extension World {
  /// Pays for what an action does this year.
  ///
  /// - Parameters:
  ///   - schools: who is served.
  ///   - groups: how many groups work, and how many of them are new.
  mutating func charge(
    _ terms: PolicyTerms, schools: [Int], groups: (open: Int, new: Int) = (0, 0), by id: Int
  ) {
    let units: Int
    switch terms.basis {
    case .schoolYear: units = schools.count
    case .school:
      if notes[id].schools.isEmpty { notes[id].schools = [Bool](repeating: false, count: count) }
      let new = schools.filter { !notes[id].schools[$0] }
      for school in new { notes[id].schools[school] = true }
      units = new.count
    case .groupYear: units = groups.open
    case .group: units = groups.new
    case .year: units = schools.isEmpty && groups.open == 0 ? 0 : 1
    }
    var amount = terms.price * Double(units)
    if let budget = terms.budget { amount = min(amount, max(0, budget - spent[id])) }
    pay(amount, by: id)
  }
}
