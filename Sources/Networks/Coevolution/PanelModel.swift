/// A stochastic actor-oriented model of a network, of other relations that form at the same time among the same
/// actors, and of behaviours of these, observed in waves.
///
/// Its parameters come in this order: for the first relation its rate in each period, then its terms, then the terms of
/// its rate; the same for each other relation; then for each behaviour its rate in each period, then its terms.
public struct PanelModel: Sendable {
  /// A tendency of the network with the choices that it acts on.
  public struct NetworkTerm: Sendable {
    /// What results call it; a part of an effect needs a name of its own.
    public let name: String
    public let part: Part
    let source: Source

    /// What the term looks at.
    enum Source: Sendable {
      /// The network and what does not change within a period: one effect for each period, or one for all.
      case effect([any NetworkEffect])
      /// The present values of a behaviour.
      case selection(behaviour: Int, any PairFunction)
      /// The present ties of another relation.
      case relation(Int, any RelationFunction)
    }

    public init(_ name: String, _ effect: any NetworkEffect, part: Part = .evaluation) {
      self.name = name
      self.part = part
      source = .effect([effect])
    }

    /// - Parameter effects: one for each period, of a covariate that changes from wave to wave.
    public init(_ name: String, byPeriod effects: [any NetworkEffect], part: Part = .evaluation) {
      precondition(!effects.isEmpty, "no effect for any period")
      self.name = name
      self.part = part
      source = .effect(effects)
    }

    /// - Parameter behaviour: its number in the model.
    public init(
      _ name: String, selectionOn behaviour: Int, _ function: any PairFunction,
      part: Part = .evaluation
    ) {
      self.name = name
      self.part = part
      source = .selection(behaviour: behaviour, function)
    }

    /// - Parameter relation: its number in the model, 0 for the first; not the one whose term it is.
    public init(
      _ name: String, lookingAt relation: Int, _ function: any RelationFunction,
      part: Part = .evaluation
    ) {
      self.name = name
      self.part = part
      source = .relation(relation, function)
    }
  }

  /// Which choices a term acts on.
  public enum Part: Sendable, Hashable {
    /// Making ties and keeping them alike.
    case evaluation
    /// Making ties alone.
    case creation
    /// Keeping ties alone.
    case endowment
  }

  /// An ordered behaviour of the actors, in whole steps.
  public struct Behaviour: Sendable {
    public let name: String
    /// The lowest and the highest value; no actor leaves them.
    public let range: ClosedRange<Double>
    public let terms: [(name: String, effect: any BehaviourEffect)]

    public init(
      _ name: String, range: ClosedRange<Double>,
      terms: [(name: String, effect: any BehaviourEffect)]
    ) {
      self.name = name
      self.range = range
      self.terms = terms
    }
  }

  /// What forms at the same time, at least one.
  public let relations: [Relation]
  public let behaviours: [Behaviour]

  /// A model of one relation, and of others beside it.
  ///
  /// - Parameters:
  ///   - name: what messages call the first relation.
  ///   - others: the relations beside it.
  public init(
    directed: Bool, consent: Consent = .initiative(Imposition()), terms: [NetworkTerm],
    rateTerms: [(name: String, effect: any RateEffect)] = [], behaviours: [Behaviour] = [],
    maximumDegree: Int? = nil, name: String = "ties", beside others: [Relation] = []
  ) {
    self.init(
      [
        Relation(
          name, directed: directed, consent: consent, terms: terms, rateTerms: rateTerms,
          maximumDegree: maximumDegree)
      ] + others, behaviours: behaviours)
  }

  /// - Parameter relations: at least one, with terms that look at others of them.
  public init(_ relations: [Relation], behaviours: [Behaviour] = []) {
    precondition(!relations.isEmpty, "no relation")
    for (r, relation) in relations.enumerated() {
      for term in relation.terms {
        guard case .relation(let other, _) = term.source else { continue }
        precondition(
          other != r && relations.indices.contains(other),
          "`\(term.name)` of relation \(r) looks at relation \(other) of \(relations.count)")
      }
    }
    self.relations = relations
    self.behaviours = behaviours
  }

  // MARK: The first relation

  public var isDirected: Bool { relations[0].isDirected }
  public var consent: Consent { relations[0].consent }
  public var terms: [NetworkTerm] { relations[0].terms }
  public var rateTerms: [(name: String, effect: any RateEffect)] { relations[0].rateTerms }
  public var maximumDegree: Int? { relations[0].maximumDegree }
  /// Whether its ties are decided by pairs that meet.
  var meets: Bool { relations[0].meets }
}

/// Where the parameters of a ``PanelModel`` stand among all.
struct ParameterLayout: Sendable {
  let periods: Int
  private let starts: [Int]
  private let termCounts: [Int]
  /// How many terms of its ties each relation has.
  private let tieTerms: [Int]
  let count: Int

  init(_ model: PanelModel, periods: Int) {
    self.periods = periods
    var starts: [Int] = []
    var next = 0
    tieTerms = model.relations.map(\.terms.count)
    termCounts =
      model.relations.map { $0.terms.count + $0.rateTerms.count }
      + model.behaviours.map(\.terms.count)
    for count in termCounts {
      starts.append(next)
      next += periods + count
    }
    self.starts = starts
    count = next
  }

  /// Relations come first, then behaviours.
  var variables: Int { starts.count }

  /// The variable that a behaviour is.
  func behaviour(_ b: Int) -> Int { tieTerms.count + b }

  func rate(_ variable: Int, period: Int) -> Int { starts[variable] + period }

  func term(_ k: Int, of variable: Int) -> Int { starts[variable] + periods + k }

  func rateTerm(_ k: Int, of relation: Int) -> Int {
    starts[relation] + periods + tieTerms[relation] + k
  }

  func terms(of variable: Int) -> Range<Int> {
    let first = starts[variable] + periods
    return first..<(first + termCounts[variable])
  }

  /// The terms of a relation's ties, without those of its rate.
  func choices(of relation: Int) -> Range<Int> {
    let first = starts[relation] + periods
    return first..<(first + tieTerms[relation])
  }

  var isRate: [Bool] {
    var result = [Bool](repeating: false, count: count)
    for variable in starts.indices {
      for period in 0..<periods { result[rate(variable, period: period)] = true }
    }
    return result
  }
}

/// The relations among some actors, and their behaviours, at one moment.
public struct PanelState: Sendable, Hashable {
  /// The first relation.
  public var network: Network
  /// The other relations of the model.
  public var others: [Network]
  /// One list a behaviour, one value an actor.
  public var behaviours: [[Double]]

  public init(_ network: Network, beside others: [Network] = [], behaviours: [[Double]] = []) {
    self.network = network
    self.others = others
    self.behaviours = behaviours
  }

  /// A relation by its number in the model.
  public subscript(relation: Int) -> Network {
    relation == 0 ? network : others[relation - 1]
  }

  /// Has a relation change places with the first, so that it is the one that acts.
  @inline(__always)
  mutating func exchange(_ relation: Int) {
    if relation > 0 { swap(&network, &others[relation - 1]) }
  }
}
