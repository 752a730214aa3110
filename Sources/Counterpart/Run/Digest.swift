internal import Crypto
internal import FoundationEssentials

/// SHA-256 in hexadecimal, as `sha256sum` prints it.
enum Digest {
  static func of(_ text: String) -> String { of(Data(text.utf8)) }

  static func of(_ data: Data) -> String {
    let digits = Array("0123456789abcdef")
    return String(
      SHA256.hash(data: data).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}
