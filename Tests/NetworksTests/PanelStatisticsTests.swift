import Foundation
import Networks
import TestSupport
import Testing

/// The fifty girls of the Glasgow study, as far as they lie beside the checkout.
struct Glasgow {
  let directed: [Network]
  let undirected: [Network]
  let alcohol: [[Double]]
  let smoking: [Double]
  let grid: PairTable

  init() throws {
    directed = try (1...3).map {
      try SharedReferenceTests.network("s50\($0).csv", directed: true)
    }
    undirected = try (1...3).map {
      try SharedReferenceTests.network("s50\($0)_sym.csv", directed: false)
    }
    let alcohol = try SharedReferenceTests.lines("s50_alcohol.csv").map { row in
      row.map { Double($0) ?? .nan }
    }
    self.alcohol = (0..<3).map { wave in alcohol.map { $0[wave] } }
    smoking = try SharedReferenceTests.lines("s50_smoke.csv").map { Double($0[0]) ?? .nan }
    var pairs: [(from: Int, to: Int, value: Double)] = []
    for (i, row) in try SharedReferenceTests.lines("s50_griddist.csv").enumerated() {
      for (j, cell) in row.enumerated() where i != j { pairs.append((i, j, Double(cell) ?? .nan)) }
    }
    grid = PairTable(actors: 50, pairs: pairs)
  }

  /// An effect of a covariate by its name in the list of targets, for each period.
  func covariate(_ name: String, _ centring: Centring, _ waves: [[Double]]) -> [any NetworkEffect]?
  {
    func make(_ function: some PairFunction) -> [any NetworkEffect] {
      waves.map { CovariateEffect(function, $0) }
    }
    switch name {
    case "egoX": return make(EgoValue(centre: centring.mean))
    case "altX": return make(AlterValue(centre: centring.mean))
    case "egoPlusAltX": return make(EgoPlusAlter(centre: centring.mean))
    case "egoXaltX": return make(ValueProduct(centre: centring.mean))
    case "diffX": return make(ValueDifference())
    case "absDiffX": return make(AbsoluteDifference())
    case "higher": return make(HigherValue())
    case "sameX": return make(SameValue())
    case "simX": return make(Likeness(range: centring.range, centre: centring.similarity))
    case "egoSqX": return make(EgoSquare(centre: centring.mean))
    case "altSqX": return make(AlterSquare(centre: centring.mean))
    case "diffSqX": return make(SquaredDifference())
    case "simRecipX":
      let likeness = Likeness(range: centring.range, centre: centring.similarity)
      return waves.map { ReturnedSimilarity(likeness, $0) }
    default: return nil
    }
  }

  func structural(_ name: String) -> (any NetworkEffect)? {
    switch name {
    case "density": Density()
    case "recip": Reciprocity()
    case "transTrip", "transTriads": Transitivity()
    case "cycle3": ThreeCycles()
    case "transRecTrip": ReturnedTransitivity()
    case "gwespBB": BackwardPartners(alpha: 0.69)
    case "transTies": TransitiveTies()
    case "gwespFF", "gwesp": SharedPartners(alpha: 0.69)
    case "inPop": Popularity()
    case "inPopSqrt": Popularity(root: true)
    case "outPop": OutPopularity()
    case "outAct": Activity()
    case "outActSqrt": RootActivity()
    case "inAct": InActivity()
    case "outTrunc": TruncatedDegree(limit: 1)
    case "outIso", "isolateNet": Isolation()
    default: nil
    }
  }

  func influence(_ name: String, _ centring: Centring) -> (any BehaviourEffect)? {
    let likeness = Likeness(range: centring.range, centre: centring.similarity)
    return switch name {
    case "linear": LinearShape(centre: centring.mean)
    case "quad": QuadraticShape(centre: centring.mean)
    case "avSim": PartnerSimilarity(likeness, average: true)
    case "totSim": PartnerSimilarity(likeness, average: false)
    case "avAlt": PartnerValue(centre: centring.mean, average: true)
    case "totAlt": PartnerValue(centre: centring.mean, average: false)
    case "indeg": DegreeInfluence(centre: centring.mean, received: true)
    case "outdeg": DegreeInfluence(centre: centring.mean, received: false)
    case "isolate": IsolationInfluence(centre: centring.mean)
    default: nil
    }
  }
}

@Suite(
  .enabled(if: SharedReference.isPresent, Comment(rawValue: SharedReference.absence)))
struct PanelStatisticsTests {
  /// Observed statistics against those of other software, every effect that both have, by period.
  @Test func observedStatistics() throws {
    let data = try Glasgow()
    var checked: Set<String> = []
    for row in try SharedReferenceTests.lines("targets_observed_statistics.csv").dropFirst() {
      guard row.count == 8 || row.count == 7, let last = Double(row[row.count - 1]),
        let first = Double(row[row.count - 2])
      else { continue }
      let covariate = row.count == 8 ? row[2] : ""
      let (variable, name) = (row[0], row[1])
      let kind = row[row.count - 5]
      let part: PanelModel.Part =
        kind == "creation" ? .creation : kind == "endow" ? .endowment : .evaluation
      let waves = variable == "unet" ? data.undirected : data.directed
      let centring = Centring(waves: data.alcohol)
      var terms: [PanelModel.NetworkTerm] = []
      var behaviours: [PanelModel.Behaviour] = []
      if variable == "alc" {
        guard let effect = data.influence(name, centring) else { continue }
        behaviours = [PanelModel.Behaviour("alc", range: 1...5, terms: [(name, effect)])]
      } else if covariate == "alc" {
        guard let function = Self.selection(name, centring) else { continue }
        terms = [PanelModel.NetworkTerm(name, selectionOn: 0, function, part: part)]
        behaviours = [PanelModel.Behaviour("alc", range: 1...5, terms: [])]
      } else if covariate == "alcc" {
        let changing = Centring(covariate: data.alcohol)
        guard let effects = data.covariate(name, changing, data.alcohol) else { continue }
        terms = [PanelModel.NetworkTerm(name, byPeriod: effects, part: part)]
      } else if covariate == "smk" {
        guard let effects = data.covariate(name, Centring(data.smoking), [data.smoking]) else {
          continue
        }
        terms = [PanelModel.NetworkTerm(name, byPeriod: effects, part: part)]
      } else if name == "X" {
        terms = [PanelModel.NetworkTerm(name, DyadicCovariate(data.grid), part: part)]
      } else {
        guard let effect = data.structural(name) else { continue }
        terms = [PanelModel.NetworkTerm(name, effect, part: part)]
      }
      let model = PanelModel(directed: variable != "unet", terms: terms, behaviours: behaviours)
      for (period, expected) in [first, last].enumerated() {
        func state(_ wave: Int) -> PanelState {
          PanelState(waves[wave], behaviours: behaviours.isEmpty ? [] : [data.alcohol[wave]])
        }
        let all = model.statistics(
          from: state(period), to: state(period + 1), period: period, periods: 2)
        // The network's terms follow its rates; a behaviour's follow both.
        let own = terms.isEmpty ? all[4] : all[2]
        #expect(
          abs(own - expected) <= 1e-6 * max(1, abs(expected)),
          "\(variable) \(name) \(covariate) \(kind) period \(period + 1): \(own), \(expected)")
      }
      checked.insert("\(variable) \(name) \(covariate) \(kind)")
    }
    #expect(checked.count == 76, "\(checked.count) checked")
  }

  static func selection(_ name: String, _ centring: Centring) -> (any PairFunction)? {
    switch name {
    case "egoX": EgoValue(centre: centring.mean)
    case "altX": AlterValue(centre: centring.mean)
    case "sameX": SameValue()
    case "simX": Likeness(range: centring.range, centre: centring.similarity)
    default: nil
    }
  }
}
