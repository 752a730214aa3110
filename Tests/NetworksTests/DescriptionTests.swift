import Foundation
import Networks
import Probability
import Tables
import TestSupport
import Testing

/// Descriptions of observed networks against networkx, closed forms and R.
@Suite struct DescriptionTests {
  struct Case {
    let network: Network
    let kinds: [Int]
    let json: JSON
  }

  static func cases() throws -> [Case] {
    let url = fixturesFolder.appendingPathComponent("networks/descriptions.json")
    guard case .array(let items) = try JSON(parsing: String(contentsOf: url, encoding: .utf8))
    else {
      return []
    }
    return try items.map { json in
      let directed = json["directed"] == .bool(true)
      let ties = try numbers(json["ties"]).map { try numbers($0).map { try int($0) } }
      return Case(
        network: Network(
          actors: try int(json["actors"]), directed: directed,
          ties: ties.map { (from: $0[0], to: $0[1]) }),
        kinds: try numbers(json["kinds"]).map { try int($0) }, json: json)
    }
  }

  static func numbers(_ json: JSON?) throws -> [JSON] {
    guard case .array(let items)? = json else { return [] }
    return items
  }

  static func int(_ json: JSON?) throws -> Int { Int(try #require(json?.number)) }

  @Test func agreesWithNetworkx() throws {
    let cases = try Self.cases()
    #expect(cases.count == 12)
    for item in cases {
      let network = item.network
      let own = NetworkDescription(network)
      #expect(isClose(own.density, try #require(item.json["density"]?.number), relative: 1e-12))
      if let reciprocity = item.json["reciprocity"]?.number {
        #expect(isClose(try #require(own.reciprocity), reciprocity, absolute: 1e-12))
      }
      if let transitivity = item.json["transitivity"]?.number {
        #expect(isClose(own.transitivity ?? 0, transitivity, absolute: 1e-12))
      }
      let parts = Components(network)
      #expect(
        parts.sizes.sorted() == (try Self.numbers(item.json["components"]).map { try Self.int($0) })
      )
      let bridges = try Self.numbers(item.json["bridges"]).map {
        try Self.numbers($0).map { try Self.int($0) }
      }
      #expect(parts.bridges.map { [$0.from, $0.to] } == bridges)
      let betweenness = Betweenness(network).values
      for (a, b) in zip(betweenness, try Self.numbers(item.json["betweenness"])) {
        #expect(isClose(a, try #require(b.number), relative: 1e-12, absolute: 1e-12))
      }
      if let assortativity = item.json["assortativity"]?.number, assortativity.isFinite {
        let mixing = Mixing(network, kinds: item.kinds)
        #expect(isClose(try #require(mixing.assortativity), assortativity, absolute: 1e-12))
      }
      if network.isDirected {
        let census = TriadCensus(network)
        for (name, count) in zip(TriadCensus.names(directed: true), census.counts) {
          #expect(count == item.json["triads"]?[name]?.number, "\(name)")
        }
      }
    }
  }

  @Test func undirectedTriads() {
    let network = Network(
      actors: 5, directed: false, ties: [(from: 0, to: 1), (from: 1, to: 2), (from: 0, to: 2)])
    #expect(TriadCensus(network).counts == [3, 6, 0, 1])
  }

  @Test func mixingOfAPairOfKinds() throws {
    // Two within, one between.
    let network = Network(
      actors: 4, directed: false, ties: [(from: 0, to: 1), (from: 2, to: 3), (from: 1, to: 2)])
    let mixing = Mixing(network, kinds: [0, 0, 1, 1])
    #expect(mixing.ties == [[2, 1], [1, 2]])
    #expect(mixing.bridges == [[2, 1], [1, 2]])
    #expect(isClose(try #require(mixing.externalInternalIndex), -1.0 / 3, absolute: 1e-15))
    #expect(Mixing(Network(actors: 3, directed: false), kinds: [0, 1, 1]).assortativity == nil)
  }

  @Test func emptyNetworks() {
    let empty = NetworkDescription(Network(actors: 4, directed: true))
    #expect(empty.density == 0 && empty.isolates == 4 && empty.components == 4)
    #expect(empty.reciprocity == nil && empty.transitivity == nil)
    #expect(empty.degreeAssortativity == nil)
    #expect(Network(actors: 3, directed: false).jaccard(Network(actors: 3, directed: false)) == 1)
  }

  @Test func jaccardOfTwoWaves() {
    let a = Network(actors: 4, directed: false, ties: [(from: 0, to: 1), (from: 1, to: 2)])
    let b = Network(actors: 4, directed: false, ties: [(from: 2, to: 1), (from: 2, to: 3)])
    #expect(abs(a.jaccard(b) - 1.0 / 3) < 1e-15)
    #expect(a.distance(to: b) == 2)
  }

  /// R's `binom.test`.
  @Test func exactIntervals() {
    for (yes, count, low, high) in [
      (0, 10, 0.0, 0.308497107818761), (3, 17, 0.037985068070626, 0.434317872844284),
      (40, 40, 0.911902697121198, 1.0), (211, 1000, 0.186091954010774, 0.237621872235596),
    ] {
      let own = ExactProportion(yes, of: count)
      #expect(abs(own.low - low) < 1e-9 && abs(own.high - high) < 1e-9, "\(yes) of \(count)")
    }
  }

  /// Tied actors are drawn nearer to each other than others, and always alike.
  @Test func sociogramsAreDeterministic() {
    var random = RandomStream(Seed(3))
    var ties: [(from: Int, to: Int)] = []
    for i in 0..<12 {
      for j in 0..<i where i / 6 == j / 6 && random.uniform() < 0.6 { ties.append((i, j)) }
    }
    let network = Network(actors: 12, directed: false, ties: ties)
    let drawing = Sociogram(network)
    #expect(drawing == Sociogram(network))
    func distance(_ i: Int, _ j: Int) -> Double {
      let (a, b) = (drawing.x[i] - drawing.x[j], drawing.y[i] - drawing.y[j])
      return (a * a + b * b).squareRoot()
    }
    var (tied, apart): ([Double], [Double]) = ([], [])
    for i in 0..<12 {
      for j in 0..<i {
        if network.hasTie(i, j) {
          tied.append(distance(i, j))
        } else {
          apart.append(distance(i, j))
        }
      }
    }
    let means = [tied, apart].map { $0.reduce(0, +) / Double($0.count) }
    #expect(means[0] < 0.7 * means[1])
    #expect((drawing.x + drawing.y).allSatisfy { $0 >= 0 && $0 <= 1 })
    #expect(Sociogram(Network(actors: 1, directed: false)).x == [0.5])
  }
}
