internal import Crypto
internal import FoundationEssentials

/// SHA-256 in hexadecimal, as `sha256sum` prints it.
enum Digest {
  static func of(_ text: String) -> String { of(Data(text.utf8)) }

  static func of(_ data: Data) -> String { text(of: SHA256.hash(data: data)) }

  fileprivate static func text(of digest: SHA256.Digest) -> String {
    let digits = Array("0123456789abcdef")
    return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}

/// The same of bytes that come in pieces; an empty piece starts it again.
struct RunningDigest {
  private var hash = SHA256()

  mutating func add(_ bytes: ArraySlice<UInt8>) {
    if bytes.isEmpty { hash = SHA256() } else { hash.update(data: bytes) }
  }

  var text: String { Digest.text(of: hash.finalize()) }
}
