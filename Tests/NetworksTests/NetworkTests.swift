import Networks
import Probability
import Testing

@Suite struct NetworkTests {
  /// Thousands of toggles agree with a plain matrix, in both directions and in order.
  @Test(arguments: [true, false])
  func togglesAgreeWithMatrix(directed: Bool) {
    let n = 40
    for trial in 0..<20 {
      var random = RandomStream(Seed(7), replicate: UInt32(trial))
      var network = Network(actors: n, directed: directed)
      var matrix = [[Bool]](repeating: [Bool](repeating: false, count: n), count: n)
      // A few actors are hubs, so that lists outgrow their room again and again.
      for _ in 0..<1500 {
        let i = random.index(below: trial % 2 == 0 ? n : 4)
        let j = (i + 1 + random.index(below: n - 1)) % n
        network.toggle(i, j)
        matrix[i][j].toggle()
        if !directed { matrix[j][i].toggle() }
      }
      let ones = matrix.reduce(0) { $0 + $1.count { $0 } }
      #expect(network.tieCount == (directed ? ones : ones / 2))
      for i in 0..<n {
        let out = (0..<network.degree(i)).map { Int(network.partner($0, of: i)) }
        #expect(out == (0..<n).filter { matrix[i][$0] })
        let into = (0..<network.inDegree(i)).map { Int(network.sender($0, to: i)) }
        #expect(into == (0..<n).filter { matrix[$0][i] })
        for j in 0..<n where i != j {
          #expect(network.hasTie(i, j) == matrix[i][j])
          #expect(
            network.twoPaths(from: i, to: j) == (0..<n).count { matrix[i][$0] && matrix[$0][j] })
          #expect(
            network.sharedPartners(i, j) == (0..<n).count { matrix[i][$0] && matrix[j][$0] })
        }
      }
    }
  }

  @Test func sameTiesAreEqualHoweverTheyCame() {
    var a = Network(actors: 30, directed: false)
    for j in (1..<30).reversed() { a.toggle(0, j) }
    for j in 5..<30 { a.toggle(j, 0) }
    let b = Network(actors: 30, directed: false, ties: [(1, 0), (0, 2), (3, 0), (0, 4), (4, 0)])
    #expect(a == b)
    #expect(a.hashValue == b.hashValue)
  }
}
