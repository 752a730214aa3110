/// Factors of what every choice weighs, exp(Σ β *s_ij*), tabulated: by the classes of the pair, and by how many
/// connections of each kind there are. A weight is then a product of a few numbers that are looked up, and all alters
/// without a connection to the ego are weighed at once, class by class.
///
/// - Complexity: O(classes²) once for each set of parameters, whatever *n*.
struct ChoiceTables: Sendable {
  /// Where a term counts connections in a word of ``Links``: the sum of two fields.
  struct Counter: Sendable {
    let parameter: Int
    let making: Double
    let ending: Double
    let actsOnMaking: Bool
    let actsOnEnding: Bool
    let count: LinkCount
  }

  /// A term of the pair with its change statistic for each pair of classes.
  struct PairTerm: Sendable {
    let parameter: Int
    let making: Double
    let ending: Double
    let actsOnMaking: Bool
    let actsOnEnding: Bool
    let changes: [Double]
    /// Σ_j *w_ij* *s_ij* over all other actors, for an ego of each class.
    var moments: [Double]
  }

  struct OwnTerm: Sendable {
    let effect: any OwnEffect
    let parameter: Int
    let making: Double
    let ending: Double
    let actsOnMaking: Bool
    let actsOnEnding: Bool
  }

  var classes: ActorClasses
  /// What of the classes follows behaviours; `nil` where nothing does.
  let levels: BehaviourLevels?
  let counters: [Counter]
  var pairTerms: [PairTerm]
  let ownTerms: [OwnTerm]
  /// exp(Σ β *s*) of making a tie, for each pair of classes, the ego's class first; then exp(−Σ β *s*) of ending one.
  let pairs: [Double]
  /// Sums of the weights of making a tie over the members of all classes up to each, the ego itself among them.
  var running: [Double]
  /// Sums of the weights of making a tie over all alters of an ego of each class.
  var totals: [Double]
  /// For each counter, factors of making for 0, 1, … connections, then those of ending.
  let factors: [Double]

  /// Connections that are tabulated; more are computed.
  static let width = 64
  static let mostClasses = 256

  /// `nil` where some term does not fit, or products could leave the range of numbers.
  ///
  /// - Parameter behaviours: the range of each behaviour of the model.
  init?(
    _ terms: [TieProcess.Term], behaviours: [ClosedRange<Double>] = [], actors count: Int,
    directed: Bool, withMoments: Bool
  ) {
    var counters: [Counter] = []
    var ownTerms: [OwnTerm] = []
    var pairEffects: [(term: TieProcess.Term, effect: any PairEffect)] = []
    var selections: [(term: TieProcess.Term, behaviour: Int, function: any PairFunction)] = []
    for term in terms {
      switch term.kind {
      case .pair(let effect, _):
        guard let pair = effect as? any PairEffect else { return nil }
        pairEffects.append((term, pair))
      case .own(let effect):
        ownTerms.append(
          OwnTerm(
            effect: effect, parameter: term.parameter, making: term.making, ending: term.ending,
            actsOnMaking: term.actsOnMaking, actsOnEnding: term.actsOnEnding))
      case .configuration(let effect):
        counters.append(
          Counter(
            parameter: term.parameter, making: term.making, ending: term.ending,
            actsOnMaking: term.actsOnMaking, actsOnEnding: term.actsOnEnding,
            count: effect.counts(directed: directed)))
      case .selection(let behaviour, let function):
        selections.append((term, behaviour, function))
      case .other, .relation, .ownRelation: return nil
      }
    }
    guard
      let levels = BehaviourLevels(of: selections.map(\.behaviour), behaviours),
      let fixed = ActorClasses(
        pairEffects.map(\.effect), actors: count, atMost: levels.mostFixedClasses)
    else { return nil }
    let classes = levels.classes(within: fixed)
    let size = classes.count
    let network = Network(actors: count, directed: directed)
    var making = [Double](repeating: 0, count: size * size)
    var ending = making
    let pairTerms = pairEffects.map(\.term) + selections.map(\.term)
    var changes = [[Double]](repeating: making, count: pairTerms.count)
    for a in 0..<size {
      for b in 0..<size {
        for (k, selection) in selections.enumerated() {
          let change = selection.function.value(
            levels.value(of: selection.behaviour, in: a),
            levels.value(of: selection.behaviour, in: b))
          changes[pairEffects.count + k][a * size + b] = change
          making[a * size + b] += selection.term.making * change
          ending[a * size + b] -= selection.term.ending * change
        }
        guard let pair = fixed.pair(a / levels.count, b / levels.count) else { continue }
        for k in pairEffects.indices {
          let change = pairEffects[k].effect.contribution(network, ego: pair.ego, alter: pair.alter)
          changes[k][a * size + b] = change
          making[a * size + b] += pairEffects[k].term.making * change
          ending[a * size + b] -= pairEffects[k].term.ending * change
        }
      }
    }
    // Products of factors stay far inside the range of numbers.
    var reach = (making + ending).reduce(0) { max($0, abs($1)) }
    for counter in counters {
      reach += max(abs(counter.making), abs(counter.ending)) * Double(Self.width)
    }
    guard reach < 400 else { return nil }
    for k in making.indices {
      making[k] = choiceWeight(making[k])
      ending[k] = choiceWeight(ending[k])
    }
    var running = making
    var totals = [Double](repeating: 0, count: size)
    for a in 0..<size {
      var sum = 0.0
      for b in 0..<size {
        let weight = making[a * size + b]
        sum += weight * Double(classes.size(b))
        running[a * size + b] = sum
        totals[a] += weight * Double(classes.size(b) - (a == b ? 1 : 0))
      }
    }
    self.pairTerms = pairTerms.indices.map { k in
      var moments: [Double] = []
      if withMoments {
        for a in 0..<size {
          var sum = 0.0
          for b in 0..<size {
            sum +=
              making[a * size + b] * changes[k][a * size + b]
              * Double(classes.size(b) - (a == b ? 1 : 0))
          }
          moments.append(sum)
        }
      }
      let term = pairTerms[k]
      return PairTerm(
        parameter: term.parameter, making: term.making, ending: term.ending,
        actsOnMaking: term.actsOnMaking, actsOnEnding: term.actsOnEnding, changes: changes[k],
        moments: moments)
    }
    var factors: [Double] = []
    for counter in counters {
      for count in 0..<Self.width { factors.append(choiceWeight(counter.making * Double(count))) }
      for count in 0..<Self.width { factors.append(choiceWeight(-counter.ending * Double(count))) }
    }
    self.classes = classes
    self.levels = selections.isEmpty ? nil : levels
    self.counters = counters
    self.ownTerms = ownTerms
    self.pairs = making + ending
    self.running = running
    self.totals = totals
    self.factors = factors
  }
}

/// How an alter is connected to an ego, five numbers in one word, so that meeting a connection is one addition. The
/// word is zero exactly where there is no connection.
enum Links {
  /// The ego is tied to it.
  static let tied: UInt64 = 1
  /// It is tied to the ego.
  static let returned: UInt64 = 1 << 1
  /// How many *h* have ego → *h* → alter.
  static let forward: UInt64 = 1 << 2
  /// How many *h* have ego → *h* ← alter.
  static let shared: UInt64 = 1 << 22
  /// How many *h* have alter → *h* → ego.
  static let backward: UInt64 = 1 << 42
  /// The ego itself.
  static let own: UInt64 = 1 << 62
  /// The tie to it stays as it is.
  static let fixed: UInt64 = 1 << 63
}

/// The sum of two counts in a word of ``Links``.
struct LinkCount: Sendable {
  private let shifts: (UInt64, UInt64)
  private let masks: (UInt64, UInt64)

  private static let field: UInt64 = 1 << 20 - 1
  static let nothing = LinkCount(shifts: (0, 0), masks: (0, 0))
  static let returned = LinkCount(shifts: (1, 0), masks: (1, 0))
  static let shared = LinkCount(shifts: (22, 0), masks: (field, 0))
  static let forwardOrShared = LinkCount(shifts: (2, 22), masks: (field, field))
  static let backward = LinkCount(shifts: (42, 0), masks: (field, 0))

  private init(shifts: (UInt64, UInt64), masks: (UInt64, UInt64)) {
    self.shifts = shifts
    self.masks = masks
  }

  @inline(__always)
  func callAsFunction(_ word: UInt64) -> Int {
    Int(truncatingIfNeeded: (word &>> shifts.0 & masks.0) &+ (word &>> shifts.1 & masks.1))
  }
}
