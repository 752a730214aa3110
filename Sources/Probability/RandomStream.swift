/// A reproducible stream of random bits, found by what it is for.
///
/// The key is the ``Seed`` of a step's purpose; the counter is (draw, event, entity, replicate). Two runs
/// that ask for the same entity's same event in the same replicate see the same numbers, whatever else
/// happened before: that is what gives policies common random numbers and results that do not depend on
/// threads.
///
/// Concrete on purpose: kernels that take `inout RandomStream` need no specialising.
public struct RandomStream: RandomNumberGenerator, Sendable {
  @usableFromInline let key: (UInt32, UInt32)
  @usableFromInline let event: UInt32
  @usableFromInline let entity: UInt32
  @usableFromInline let replicate: UInt32
  @usableFromInline var draw: UInt32 = 0
  @usableFromInline var spare: UInt64 = 0
  @usableFromInline var hasSpare = false

  /// - Parameters:
  ///   - replicate: which replicate of the whole experiment.
  ///   - entity: which school, pupil or other unit within the replicate.
  ///   - event: which of the entity's events, counted in the order in which they happen to it.
  @inlinable
  public init(_ seed: Seed, replicate: UInt32 = 0, entity: UInt32 = 0, event: UInt32 = 0) {
    key = (
      UInt32(truncatingIfNeeded: seed.rawValue), UInt32(truncatingIfNeeded: seed.rawValue >> 32)
    )
    self.replicate = replicate
    self.entity = entity
    self.event = event
  }

  @inlinable
  public mutating func next() -> UInt64 {
    if hasSpare {
      hasSpare = false
      return spare
    }
    let block = Philox.block(counter: (draw, event, entity, replicate), key: key)
    draw &+= 1
    spare = UInt64(block.3) << 32 | UInt64(block.2)
    hasSpare = true
    return UInt64(block.1) << 32 | UInt64(block.0)
  }

  /// A uniform number of the open interval (0, 1): (k + ½) · 2⁻⁵², so neither end can occur.
  @inlinable
  public mutating func uniform() -> Double { (Double(next() >> 12) + 0.5) * 0x1p-52 }

  /// A standard normal number by inversion: one uniform gives one normal, monotonically, which is what
  /// common random numbers need.
  @inlinable
  public mutating func normal() -> Double { Normal.standardQuantile(uniform()) }

  /// An exponential waiting time with the given rate.
  @inlinable
  public mutating func exponential(rate: Double) -> Double {
    -PortableMath.log(uniform()) / rate
  }

  /// A whole number in 0 ..< `count`, without bias beyond 2⁻⁵².
  @inlinable
  public mutating func index(below count: Int) -> Int {
    precondition(count > 0, "no index below \(count)")
    return min(count - 1, Int(uniform() * Double(count)))
  }
}
