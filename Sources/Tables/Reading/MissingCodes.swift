/// The texts that mean "no value", found by their bytes.
struct MissingCodes {
  /// The empty text first where it was not declared, then the codes as declared, without repeats.
  let codes: [String]
  /// Which of `codes` is the empty text.
  let empty: Int
  private let spellings: [[UInt8]]
  /// Whether a code starts with the byte.
  private let starts: [Bool]

  init(_ declared: [String]) {
    var seen: Set<String> = []
    let all = declared.contains("") ? declared : [""] + declared
    codes = all.filter { seen.insert($0).inserted }
    empty = codes.firstIndex(of: "") ?? 0
    spellings = codes.map { Array($0.utf8) }
    var starts = Array(repeating: false, count: 256)
    for spelling in spellings { if let byte = spelling.first { starts[Int(byte)] = true } }
    self.starts = starts
  }

  /// Which code the bytes are; −1 where they are a value.
  @inline(__always)
  func match(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
    if start == end { return empty }
    return starts[Int(bytes[start])] ? compare(bytes, start, end) : -1
  }

  private func compare(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
    for (code, spelling) in spellings.enumerated() where spelling.count == end - start {
      var offset = 0
      while offset < spelling.count && spelling[offset] == bytes[start + offset] { offset += 1 }
      if offset == spelling.count { return code }
    }
    return -1
  }
}
