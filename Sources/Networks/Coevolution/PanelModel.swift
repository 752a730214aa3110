/// A stochastic actor-oriented model of a network and of behaviours of its actors, observed in waves.
///
/// Its parameters come in this order: for the network its rate in each period, then its terms, then the terms of
/// its rate; then for each behaviour its rate in each period, then its terms.
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

  public let isDirected: Bool
  /// What an undirected tie takes; a directed tie is its sender's alone.
  public let consent: Consent
  public let terms: [NetworkTerm]
  /// What makes some actors have more opportunities than others.
  public let rateTerms: [(name: String, effect: any RateEffect)]
  public let behaviours: [Behaviour]
  /// No actor makes a tie beyond so many.
  public let maximumDegree: Int?

  public init(
    directed: Bool, consent: Consent = .initiative(Imposition()), terms: [NetworkTerm],
    rateTerms: [(name: String, effect: any RateEffect)] = [], behaviours: [Behaviour] = [],
    maximumDegree: Int? = nil
  ) {
    isDirected = directed
    self.consent = consent
    self.terms = terms
    self.rateTerms = rateTerms
    self.behaviours = behaviours
    self.maximumDegree = maximumDegree
  }
}

/// Where the parameters of a ``PanelModel`` stand among all.
struct ParameterLayout: Sendable {
  let periods: Int
  private let starts: [Int]
  private let termCounts: [Int]
  private let networkTerms: Int
  let count: Int

  init(_ model: PanelModel, periods: Int) {
    self.periods = periods
    var starts: [Int] = []
    var next = 0
    networkTerms = model.terms.count
    termCounts = [model.terms.count + model.rateTerms.count] + model.behaviours.map(\.terms.count)
    for count in termCounts {
      starts.append(next)
      next += periods + count
    }
    self.starts = starts
    count = next
  }

  /// Variable 0 is the network, the others are behaviours.
  var variables: Int { starts.count }

  func rate(_ variable: Int, period: Int) -> Int { starts[variable] + period }

  func term(_ k: Int, of variable: Int) -> Int { starts[variable] + periods + k }

  func rateTerm(_ k: Int) -> Int { starts[0] + periods + networkTerms + k }

  func terms(of variable: Int) -> Range<Int> {
    let first = starts[variable] + periods
    return first..<(first + termCounts[variable])
  }

  var isRate: [Bool] {
    var result = [Bool](repeating: false, count: count)
    for variable in starts.indices {
      for period in 0..<periods { result[rate(variable, period: period)] = true }
    }
    return result
  }
}

/// A network and its actors' behaviours at one moment.
public struct PanelState: Sendable, Hashable {
  public var network: Network
  /// One list a behaviour, one value an actor.
  public var behaviours: [[Double]]

  public init(_ network: Network, behaviours: [[Double]] = []) {
    self.network = network
    self.behaviours = behaviours
  }
}
