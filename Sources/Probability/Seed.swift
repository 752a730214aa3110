/// The root of all randomness in a run; streams are derived from it by what they are for, never shared.
///
/// `Seed(82)["futures"]["formation"]` names the stream family of one purpose of one step. Deriving mixes
/// the label into 64 bits (FNV-1a followed by the SplitMix64 finaliser), so the result depends on the
/// labels alone: not on threads, shards, or the order in which streams are asked for.
public struct Seed: Sendable, Hashable, Codable {
  public let rawValue: UInt64

  public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// The seed of one named part of whatever this seed is for.
  public subscript(label: String) -> Seed {
    var hash = rawValue ^ 0xcbf2_9ce4_8422_2325
    for byte in label.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return Seed(Seed.scramble(hash &+ 0x9e37_79b9_7f4a_7c15))
  }

  /// The SplitMix64 finaliser: every input bit reaches every output bit.
  private static func scramble(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
