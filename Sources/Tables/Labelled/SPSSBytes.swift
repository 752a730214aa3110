internal import CReadStat

/// The bytes of a file of SPSS as ReadStat is to see them: all as they are but for the number of cases in the header,
/// which says that it is not known.
///
/// A header may announce fewer cases than the file holds, or, as SPSS allows, −1 for "not known"; ReadStat would
/// leave out the others, or all. So it reads to the end of the file, and the header's number is only compared with
/// what came (*System File Format*, PSPP developers' guide, field `ncases`).
final class SPSSBytes {
  /// What the header announces; `nil` where it says that it does not know.
  let announced: Int?
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    var bytes = bytes
    let (layout, cases) = (64..<68, 80..<84)
    if bytes.count >= cases.upperBound {
      // The code of the layout is 2 or 3, in the byte order of the file.
      let isLittle = bytes[layout.lowerBound] != 0
      var number: UInt32 = 0
      for byte in isLittle ? Array(bytes[cases].reversed()) : Array(bytes[cases]) {
        number = number << 8 | UInt32(byte)
      }
      let count = Int(Int32(bitPattern: number))
      announced = count >= 0 ? count : nil
      for place in cases { bytes[place] = 0xff }
    } else {
      announced = nil
    }
    self.bytes = bytes
  }

  /// Lets the parser read these bytes in place of a file.
  ///
  /// Safe: the parser must not outlive this object, to which it holds a pointer.
  @unsafe func attach(to parser: UnsafeMutablePointer<readstat_parser_t>) {
    unsafe readstat_set_open_handler(parser) { _, _ in 0 }
    unsafe readstat_set_close_handler(parser) { _ in 0 }
    unsafe readstat_set_seek_handler(parser) { offset, whence, context in
      guard let own = unsafe SPSSBytes.own(context) else { return -1 }
      return readstat_off_t(own.seek(Int(offset), from: whence))
    }
    unsafe readstat_set_read_handler(parser) { buffer, count, context in
      guard let own = unsafe SPSSBytes.own(context), let buffer = unsafe buffer else { return -1 }
      return unsafe own.read(
        into: UnsafeMutableRawBufferPointer(start: buffer, count: Int(count)))
    }
    unsafe readstat_set_update_handler(parser) { _, _, _, _ in READSTAT_OK }
    unsafe readstat_set_io_ctx(parser, Unmanaged.passUnretained(self).toOpaque())
    // Without a limit ReadStat takes "not known" for none.
    unsafe readstat_set_row_limit(parser, Int(Int32.max))
  }

  /// Safe: ReadStat hands back the pointer that it was given.
  private static func own(_ context: UnsafeMutableRawPointer?) -> SPSSBytes? {
    unsafe context.map { unsafe Unmanaged<SPSSBytes>.fromOpaque($0).takeUnretainedValue() }
  }

  private func seek(_ offset: Int, from whence: readstat_io_flags_t) -> Int {
    let start =
      switch whence {
      case READSTAT_SEEK_CUR: position
      case READSTAT_SEEK_END: bytes.count
      default: 0
      }
    let (place, overflows) = start.addingReportingOverflow(offset)
    guard !overflows, place >= 0 else { return -1 }
    position = place
    return place
  }

  private func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard position < bytes.count else { return 0 }
    let count = min(buffer.count, bytes.count - position)
    unsafe buffer.copyBytes(from: bytes[position..<position + count])
    position += count
    return count
  }
}
