internal import CZlib

/// Bytes compressed by gzip (RFC 1952), one member after another, unpacked as they are read.
@safe final class GzipPieces: BytePieces {
  private let source: any BytePieces
  /// What messages call the file.
  private let file: String
  private let stream: UnsafeMutablePointer<z_stream>
  private var input = [UInt8](repeating: 0, count: 1 << 16)
  /// The bytes of `input` that have not been unpacked.
  private var unread = 0..<0
  private var isSourceAtEnd = false
  private var isInMember = true
  private var isAtEnd = false
  private var (taken, given) = (0, 0)

  /// Whether the bytes start as a gzip file does.
  static func isCompressed(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b
  }

  /// - Throws: ``TableError/damagedCompression(_:reason:)``
  init(_ source: any BytePieces, file: String) throws(TableError) {
    self.source = source
    self.file = file
    // zlib keeps the address of its stream, so the stream stands in memory of its own until `deinit`.
    unsafe stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // Safe: 47 asks for gzip or zlib headers, and zlib checks the size of the structure against its own.
    guard
      unsafe inflateInit2_(stream, 47, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw .damagedCompression(file, reason: "zlib could not start") }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// The file's size times what unpacking has made of it so far.
  var expectedCount: Int? {
    guard taken > 0 else { return nil }
    return source.expectedCount.map { Int(min(1e15, Double($0) * Double(given) / Double(taken))) }
  }

  /// - Throws: ``TableError/damagedCompression(_:reason:)`` for bytes that are cut off or altered.
  func read(into buffer: inout [UInt8], from start: Int) throws(TableError) -> Int {
    var total = 0
    while start + total < buffer.count, !isAtEnd {
      if unread.isEmpty { try refill() }
      if !isInMember {
        try findMember()
        continue
      }
      let (count, status) = inflate(into: &buffer, from: start + total)
      total += count.given
      given += count.given
      taken += count.taken
      if status == Z_STREAM_END {
        isInMember = false
      } else if (status != Z_OK && status != Z_BUF_ERROR)
        || (count == (0, 0) && unread.isEmpty && isSourceAtEnd)
      {
        isAtEnd = true
        throw .damagedCompression(
          file,
          reason: status == Z_DATA_ERROR ? "its bytes have been altered" : "its end is missing")
      }
    }
    return total
  }

  private func refill() throws(TableError) {
    guard !isSourceAtEnd else { return }
    let count = try source.read(into: &input, from: 0)
    isSourceAtEnd = count < input.count
    unread = 0..<count
  }

  /// Zeros after the last member are padding of tapes and downloads.
  private func findMember() throws(TableError) {
    while let place = unread.first, input[place] == 0 { unread.removeFirst() }
    if unread.count == 1, !isSourceAtEnd, let place = unread.first {
      input[0] = input[place]
      let count = try source.read(into: &input, from: 1)
      isSourceAtEnd = count < input.count - 1
      unread = 0..<count + 1
    }
    guard let place = unread.first else {
      isAtEnd = isSourceAtEnd
      return
    }
    guard Self.isCompressed(Array(input[place..<min(place + 2, unread.upperBound)])) else {
      isAtEnd = true
      throw .damagedCompression(file, reason: "something else follows the compressed part")
    }
    // Safe: the stream is the one that `init` made.
    _ = unsafe inflateReset(stream)
    isInMember = true
  }

  private func inflate(
    into buffer: inout [UInt8], from start: Int
  ) -> (count: (taken: Int, given: Int), status: Int32) {
    let (from, available) = (unread.lowerBound, unread.count)
    let room = min(buffer.count - start, 1 << 30)
    var status = Z_OK
    var left = (input: available, output: room)
    // Safe: zlib reads at most `available` bytes from `from` on and writes at most `room` from `start` on, both
    // within their arrays, and the pointers are not used after the call.
    unsafe input.withUnsafeMutableBufferPointer { source in
      unsafe buffer.withUnsafeMutableBufferPointer { target in
        guard let first = source.baseAddress, let goal = target.baseAddress else { return }
        unsafe stream.pointee.next_in = first + from
        unsafe stream.pointee.avail_in = UInt32(available)
        unsafe stream.pointee.next_out = goal + start
        unsafe stream.pointee.avail_out = UInt32(room)
        status = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
        left = unsafe (Int(stream.pointee.avail_in), Int(stream.pointee.avail_out))
      }
    }
    unread = from + available - left.input..<unread.upperBound
    return ((available - left.input, room - left.output), status)
  }
}
