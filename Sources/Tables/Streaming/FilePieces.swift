#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// The bytes of a file from front to back, a piece at a time.
///
/// FoundationEssentials reads files whole only, which is what a file larger than memory rules out; so this
/// hands memory to C.
final class FilePieces: BytePieces {
  private let path: String
  private let descriptor: Int32
  private let watch: ((ArraySlice<UInt8>) -> Void)?
  /// The file's size when it was opened; `nil` where it has none, as a pipe.
  let expectedCount: Int?

  /// - Parameters:
  ///   - start: the byte to start at.
  ///   - watch: called with the bytes of the file, piece after piece.
  init(
    _ path: String, from start: Int = 0, watch: ((ArraySlice<UInt8>) -> Void)? = nil
  ) throws(TableError) {
    self.path = path
    self.watch = watch
    // Safe: the path is passed as a C string that outlives the call.
    descriptor = unsafe open(path, O_RDONLY)
    guard descriptor >= 0 else {
      throw errno == ENOENT
        ? .missingFile(path) : .unreadableFile(path, reason: FilePieces.reason(errno))
    }
    let size = lseek(descriptor, 0, SEEK_END)
    expectedCount = size > 0 ? Int(size) : nil
    if size > 0 { _ = lseek(descriptor, off_t(start), SEEK_SET) }
  }

  deinit { close(descriptor) }

  func read(into buffer: inout [UInt8], from start: Int) throws(TableError) -> Int {
    var total = 0
    while start + total < buffer.count {
      let room = buffer.count - start - total
      // Safe: `read` writes at most `room` bytes, which lie within the array from `start + total`.
      let count = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe systemRead(descriptor, bytes.baseAddress?.advanced(by: start + total), room)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .unreadableFile(path, reason: FilePieces.reason(errno)) }
      if count == 0 { break }
      total += count
    }
    if total > 0, let watch { watch(buffer[start..<start + total]) }
    return total
  }

  private static func reason(_ code: Int32) -> String {
    switch code {
    case EACCES, EPERM: "no permission"
    case EISDIR: "it is no plain file"
    default: "the system refused it (code \(code))"
    }
  }
}

/// The system's `read`, whose name the method above hides.
private func systemRead(
  _ descriptor: Int32, _ target: UnsafeMutableRawPointer?, _ room: Int
) -> Int {
  unsafe read(descriptor, target, room)
}
