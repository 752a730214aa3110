internal import Probability

/// The values of behaviours that ties are chosen by, as classes of actors that change while a run goes on: an actor's class
/// is the one of what does not change, divided by the levels of its behaviours.
struct BehaviourLevels: Sendable {
  private struct Axis {
    let behaviour: Int
    let lowest: Double
    let levels: Int
    /// How many classes a step of it is.
    let stride: Int
  }

  private let axes: [Axis]
  /// Combinations of levels; 1 where no behaviour is chosen by.
  let count: Int

  /// More combinations than this are not tabulated.
  static let most = 32

  /// How many classes there may be of what does not change: with levels all are counted again at every choice.
  var mostFixedClasses: Int { count > 1 ? 64 / count : ChoiceTables.mostClasses }

  /// `nil` where there are too many levels, or a range that is not of whole steps.
  ///
  /// - Parameters:
  ///   - behaviours: those that ties are chosen by, in any order.
  ///   - ranges: of all behaviours.
  init?(of behaviours: [Int], _ ranges: [ClosedRange<Double>]) {
    var axes: [Axis] = []
    var stride = 1
    for behaviour in Set(behaviours).sorted() {
      let range = ranges[behaviour]
      let steps = range.upperBound - range.lowerBound
      guard steps < Double(Self.most), steps.rounded() == steps else { return nil }
      let levels = Int(steps) + 1
      axes.append(
        Axis(behaviour: behaviour, lowest: range.lowerBound, levels: levels, stride: stride))
      stride *= levels
    }
    guard stride <= Self.most else { return nil }
    self.axes = axes
    count = stride
  }

  /// Every class at its lowest levels, with the other levels still empty.
  func classes(within fixed: ActorClasses) -> ActorClasses {
    guard count > 1 else { return fixed }
    return ActorClasses(
      classOf: fixed.classOf.map { $0 * Int32(count) }, count: fixed.count * count)
  }

  /// The value of a behaviour in a class.
  func value(of behaviour: Int, in label: Int) -> Double {
    guard let axis = axes.first(where: { $0.behaviour == behaviour }) else { return 0 }
    return axis.lowest + Double(label % count / axis.stride % axis.levels)
  }

  /// Which combination of levels an actor has.
  fileprivate func level(of actor: Int, _ values: [[Double]]) -> Int {
    axes.reduce(0) { sum, axis in
      let step = (values[axis.behaviour][actor] - axis.lowest).rounded()
      // Values beyond the range count as its ends.
      return sum + (step > 0 ? Int(min(step, Double(axis.levels - 1))) : 0) * axis.stride
    }
  }

  /// How many classes a step of a behaviour is; 0 where ties are not chosen by it.
  fileprivate func stride(of behaviour: Int) -> Int {
    axes.first { $0.behaviour == behaviour }?.stride ?? 0
  }
}

extension ChoiceTables {
  /// Takes the values that behaviours start with: one list a behaviour, one value an actor.
  mutating func begin(with values: [[Double]]) {
    guard let levels else { return }
    let size = Int32(levels.count)
    var classOf = classes.classOf
    for actor in classOf.indices {
      classOf[actor] = classOf[actor] / size * size + Int32(levels.level(of: actor, values))
    }
    classes = ActorClasses(classOf: classOf, count: classes.count)
  }

  /// Follows a step of an actor's behaviour.
  mutating func move(_ actor: Int, by step: Int, in behaviour: Int) {
    guard let levels else { return }
    classes.move(actor, by: step * levels.stride(of: behaviour))
  }

  /// One choice of an ego: the alter whose tie changes, or `nil`, with the score added where it is asked for.
  mutating func step(
    _ network: borrowing Network, ego: Int, extent: Neighbourhood.Extent, fixed: [Int32],
    isFull: Bool, withScores: Bool, using random: inout RandomStream, _ work: inout TabulatedWork,
    _ scores: inout [Double]
  ) -> Int? {
    count(from: ego)
    let choice = choose(
      network, ego: ego, extent: extent, fixed: fixed, isFull: isFull, using: &random, &work)
    if withScores { score(network, ego: ego, choice, work, to: &scores) }
    wipe(choice.count, &work)
    return choice.alter
  }

  /// Sums the weights of all alters of an ego by how many there now are of each class.
  ///
  /// - Complexity: O(classes · terms).
  private mutating func count(from ego: Int) {
    let size = classes.count
    let label = Int(classes.classOf[ego])
    let row = label * size
    var (sum, total) = (0.0, 0.0)
    for other in 0..<size {
      let (weight, members) = (pairs[row + other], Double(classes.size(other)))
      sum += weight * members
      running[row + other] = sum
      total += weight * (other == label ? members - 1 : members)
    }
    totals[label] = total
    for k in pairTerms.indices where !pairTerms[k].moments.isEmpty {
      var moment = 0.0
      for other in 0..<size {
        let members = Double(classes.size(other) - (other == label ? 1 : 0))
        moment += pairs[row + other] * pairTerms[k].changes[row + other] * members
      }
      pairTerms[k].moments[label] = moment
    }
  }
}

extension ActorClasses {
  /// Moves an actor up or down by so many classes: from each to the next one it changes places with the class's last
  /// member, or its first.
  ///
  /// - Complexity: O(members of the class + classes passed).
  mutating func move(_ actor: Int, by classes: Int) {
    guard classes != 0 else { return }
    var label = Int(classOf[actor])
    var place = Int(starts[label])
    while members[place] != Int32(actor) { place += 1 }
    for _ in 0..<abs(classes) {
      let edge = classes > 0 ? Int(starts[label + 1]) - 1 : Int(starts[label])
      members.swapAt(place, edge)
      place = edge
      if classes > 0 {
        label += 1
        starts[label] -= 1
      } else {
        starts[label] += 1
        label -= 1
      }
    }
    classOf[actor] = Int32(label)
  }
}
