import Foundation
import Probability
import Testing

@Suite("Random streams")
struct RandomnessTests {
  /// The three vectors of philox4x32-10 published with Random123, doi:10.1145/2063384.2063405.
  @Test("Philox gives the published answers")
  func philox() {
    let zero = Philox.block(counter: (0, 0, 0, 0), key: (0, 0))
    #expect(zero == (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = Philox.block(
      counter: (.max, .max, .max, .max), key: (.max, .max))
    #expect(ones == (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    let pi = Philox.block(
      counter: (0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
      key: (0xa409_3822, 0x299f_31d0))
    #expect(pi == (0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test("a stream hangs on what it is for and on nothing else")
  func streams() {
    var a = RandomStream(Seed(1)["x"], replicate: 2, entity: 3, event: 4)
    var b = RandomStream(Seed(1)["x"], replicate: 2, entity: 3, event: 4)
    var others = [
      RandomStream(Seed(1)["y"], replicate: 2, entity: 3, event: 4),
      RandomStream(Seed(2)["x"], replicate: 2, entity: 3, event: 4),
      RandomStream(Seed(1)["x"], replicate: 1, entity: 3, event: 4),
      RandomStream(Seed(1)["x"], replicate: 2, entity: 2, event: 4),
      RandomStream(Seed(1)["x"], replicate: 2, entity: 3, event: 5),
    ]
    let first = a.next()
    #expect(first == b.next())
    for k in others.indices { #expect(others[k].next() != first) }
  }

  /// Means of 100,000 draws: a bound of five standard errors is passed wrongly once in two million seeds.
  @Test("uniform, normal and exponential numbers have their moments")
  func moments() {
    var stream = RandomStream(Seed(5)["moments"])
    let n = 100_000
    var (uniform, normal, square, waiting) = (0.0, 0.0, 0.0, 0.0)
    for _ in 0..<n {
      let u = stream.uniform()
      #expect(u > 0 && u < 1)
      uniform += u
      let z = stream.normal()
      normal += z
      square += z * z
      waiting += stream.exponential(rate: 2)
    }
    let root = Double(n).squareRoot()
    #expect(abs(uniform / Double(n) - 0.5) < 5 * 0.2887 / root)
    #expect(abs(normal / Double(n)) < 5 / root)
    #expect(abs(square / Double(n) - 1) < 5 * 1.4143 / root)
    #expect(abs(waiting / Double(n) - 0.5) < 5 * 0.5 / root)
  }

  @Test("replicate keeps order and bits on any number of threads, and throws the first error")
  func replicating() throws {
    @Sendable func draw(_ index: Int) -> UInt64 {
      var stream = RandomStream(Seed(3)["r"], replicate: UInt32(index))
      return stream.next()
    }
    #expect(replicate(100, threads: 1, draw) == replicate(100, threads: 4, draw))
    struct Failure: Error, Equatable { let index: Int }
    #expect(throws: Failure(index: 17)) {
      try replicate(50, threads: 3) { (index) throws(Failure) -> Int in
        if index == 17 || index == 40 { throw Failure(index: index) }
        return index
      }
    }
  }

  @Test("exponential and logarithm within one unit in the last place of the C library")
  func portable() {
    func units(_ a: Double, _ b: Double) -> UInt64 {
      a == b ? 0 : UInt64(abs(Int64(bitPattern: a.bitPattern) - Int64(bitPattern: b.bitPattern)))
    }
    for seed in UInt64(0)..<40 {
      var stream = RandomStream(Seed(seed)["portable"])
      for _ in 0..<5_000 {
        let x = 1480 * (stream.uniform() - 0.5)
        if x < 709, x > -708 { #expect(units(PortableMath.exp(x), exp(x)) <= 1, "exp(\(x))") }
        let small = stream.normal()
        #expect(units(PortableMath.exp(small), exp(small)) <= 1, "exp(\(small))")
        let y = exp(x)
        if y > 1e-307, y.isFinite {
          #expect(units(PortableMath.log(y), log(y)) <= 1, "log(\(y))")
        }
        let near = 1 + 0.5 * (stream.uniform() - 0.5)
        #expect(units(PortableMath.log(near), log(near)) <= 1, "log(\(near))")
      }
    }
    #expect(PortableMath.log(0) == -.infinity)
    #expect(PortableMath.log(-1).isNaN)
    #expect(PortableMath.exp(-800) == 0)
    #expect(PortableMath.exp(800) == .infinity)
    #expect(PortableMath.logistic(-800) == 0)
    #expect(PortableMath.logistic(800) == 1)
  }
}
