internal import CZlib

/// Bytes compressed by gzip (RFC 1952), one member after another.
struct Gzip {
  /// Whether the bytes start as a gzip file does.
  static func isCompressed(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b
  }

  /// The bytes unpacked.
  ///
  /// - Parameter file: what messages call it.
  /// - Throws: ``TableError/damagedCompression(_:reason:)`` for bytes that are cut off or altered.
  static func unpacked(_ bytes: [UInt8], file: String) throws(TableError) -> [UInt8] {
    var stream = unsafe z_stream()
    // Safe: the stream is a value of this function; 47 asks for gzip or zlib headers, and zlib checks the size
    // of the structure against its own.
    guard
      unsafe inflateInit2_(
        &stream, 47, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw .damagedCompression(file, reason: "zlib could not start") }
    defer { unsafe inflateEnd(&stream) }
    var input = bytes
    var output: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 18)
    var status = Z_OK
    var read = 0
    while read < input.count {
      let room = min(input.count - read, 1 << 30)
      var consumed = 0
      var isFull = false
      // Safe: zlib reads at most `room` bytes from `read` on and writes at most the piece's size, both within
      // their arrays, and keeps no pointer that is used after the call.
      unsafe input.withUnsafeMutableBufferPointer { source in
        unsafe piece.withUnsafeMutableBufferPointer { target in
          guard let from = source.baseAddress, let to = target.baseAddress else { return }
          unsafe stream.next_in = from + read
          unsafe stream.avail_in = UInt32(room)
          repeat {
            unsafe stream.next_out = to
            unsafe stream.avail_out = UInt32(target.count)
            status = unsafe inflate(&stream, Z_NO_FLUSH)
            unsafe output.append(
              contentsOf: UnsafeBufferPointer(
                start: to, count: target.count - Int(stream.avail_out)))
            isFull = unsafe stream.avail_out == 0
          } while status == Z_OK && isFull
          consumed = room - Int(unsafe stream.avail_in)
        }
      }
      read += consumed
      if status == Z_STREAM_END {
        // Zeros after the last member are padding of tapes and downloads.
        guard let next = input[read...].firstIndex(where: { $0 != 0 }) else { return output }
        read = next
        guard isCompressed(Array(input[read..<min(read + 2, input.count)])) else {
          throw .damagedCompression(file, reason: "something else follows the compressed part")
        }
        _ = unsafe inflateReset(&stream)
        continue
      }
      guard status == Z_OK || status == Z_BUF_ERROR, consumed > 0 else { break }
    }
    guard status == Z_STREAM_END else {
      throw .damagedCompression(
        file,
        reason: status == Z_DATA_ERROR ? "its bytes have been altered" : "its end is missing")
    }
    return output
  }
}
