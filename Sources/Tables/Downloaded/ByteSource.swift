/// Where the bytes of a table come from and what has to be done to them: what can be read again and again.
struct ByteSource: Sendable {
  enum Origin: Sendable {
    case file
    case memory([UInt8])
  }

  let origin: Origin
  /// What messages call it.
  let path: String
  var isCompressed = false
  /// UTF-8: as they are.
  var encoding = TextEncoding.utf8
  /// Whether lines end in carriage returns alone.
  var hasCarriageReturns = false

  /// Whether the bytes can be read from any place on.
  var hasPlaces: Bool {
    if case .memory = origin { return false }
    return !isCompressed && encoding == .utf8
  }

  /// The bytes from the first one on, unpacked, in UTF-8, with lines that end in line feeds.
  ///
  /// - Parameters:
  ///   - start: the byte to start at; 0 unless ``hasPlaces``.
  ///   - watch: called with the bytes as they stand in the file.
  func opened(
    at start: Int = 0, watch: ((ArraySlice<UInt8>) -> Void)? = nil
  ) throws(TableError) -> any BytePieces {
    var pieces: any BytePieces
    switch origin {
    case .file: pieces = try FilePieces(path, from: start, watch: watch)
    case .memory(let bytes): pieces = MemoryPieces(bytes)
    }
    if isCompressed { pieces = try GzipPieces(pieces, file: path) }
    if encoding != .utf8 { pieces = TranscodedPieces(pieces, encoding, file: path) }
    if hasCarriageReturns { pieces = LineFeedPieces(pieces) }
    return pieces
  }

  /// The first bytes.
  func start(_ count: Int) throws(TableError) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    let came = try opened().read(into: &buffer, from: 0)
    return Array(buffer[..<came])
  }

  /// Calls `body` with all the bytes, piece after piece.
  func forEachPiece(_ body: (ArraySlice<UInt8>) -> Void) throws(TableError) {
    let pieces = try opened()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try pieces.read(into: &buffer, from: 0)
      if count == 0 { return }
      body(buffer[..<count])
    }
  }
}

/// Bytes whose lines end in carriage returns alone, with line feeds in their place.
private final class LineFeedPieces: BytePieces {
  private let source: any BytePieces

  init(_ source: any BytePieces) { self.source = source }

  var expectedCount: Int? { source.expectedCount }

  func read(into buffer: inout [UInt8], from start: Int) throws(TableError) -> Int {
    let count = try source.read(into: &buffer, from: start)
    for place in start..<start + count where buffer[place] == Byte.carriageReturn {
      buffer[place] = Byte.lineFeed
    }
    return count
  }
}
