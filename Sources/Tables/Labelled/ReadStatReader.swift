internal import CReadStat

/// What ReadStat finds in a file.
///
/// ReadStat calls back for every variable, value and label; what it calls gets the contents through a pointer,
/// which is why `unsafe` stands here.
enum ReadStatReader {
  struct Variable {
    let name: String
    let format: String
    let isText: Bool
    let labelSet: String?
    var numbers: [Double] = []
    var texts: [String] = []
    /// Rows with a value that the file declares missing: the tag of Stata, or the value of SPSS.
    var declaredMissing: [(row: Int, code: MissingValue)] = []
  }

  enum MissingValue: Hashable {
    case tag(UInt8)
    case number(Double)
    case text(String)
  }

  struct ValueLabel {
    let value: MissingValue
    let label: String
  }

  final class Contents {
    var variables: [Variable] = []
    var labels: [String: [ValueLabel]] = [:]
    var announcedRows: Int?
    /// Counted as they come.
    var rows = 0
  }

  static func contents(
    of path: String, _ bytes: [UInt8], format: LabelledFile.Format, encoding: TextEncoding? = nil
  ) throws(TableError) -> Contents {
    guard let parser = unsafe readstat_parser_init() else {
      throw .unreadableFile(path, reason: "there is no memory to read it")
    }
    defer { unsafe readstat_parser_free(parser) }
    let contents = Contents()
    // Safe: `contents` outlives the parsing, which ends before this function does.
    let context = unsafe Unmanaged.passUnretained(contents).toOpaque()
    unsafe readstat_set_metadata_handler(parser) { metadata, context in
      guard let contents = unsafe ReadStatReader.contents(context) else { return 1 }
      let rows = Int(unsafe readstat_get_row_count(metadata))
      // A header may say anything: no room is set aside by it.
      contents.announcedRows = rows >= 0 ? rows : nil
      return 0
    }
    unsafe readstat_set_variable_handler(parser) { _, variable, labels, context in
      guard let contents = unsafe ReadStatReader.contents(context) else { return 1 }
      let isText = unsafe readstat_variable_get_type_class(variable) == READSTAT_TYPE_CLASS_STRING
      let set = unsafe ReadStatReader.text(labels)
      unsafe contents.variables.append(
        Variable(
          name: ReadStatReader.text(readstat_variable_get_name(variable)),
          format: ReadStatReader.text(readstat_variable_get_format(variable)), isText: isText,
          labelSet: set.isEmpty ? nil : set))
      return 0
    }
    unsafe readstat_set_value_handler(parser) { row, variable, value, context in
      guard let contents = unsafe ReadStatReader.contents(context) else { return 1 }
      let index = Int(unsafe readstat_variable_get_index(variable))
      guard contents.variables.indices.contains(index) else { return 1 }
      contents.rows = max(contents.rows, Int(row) + 1)
      unsafe ReadStatReader.add(value, of: variable, row: Int(row), to: &contents.variables[index])
      return 0
    }
    unsafe readstat_set_value_label_handler(parser) { set, value, label, context in
      guard let contents = unsafe ReadStatReader.contents(context) else { return 1 }
      let isTagged = unsafe readstat_value_is_tagged_missing(value) != 0
      let own: MissingValue
      if isTagged {
        own = .tag(UInt8(bitPattern: unsafe readstat_value_tag(value)))
      } else if unsafe readstat_value_type_class(value) == READSTAT_TYPE_CLASS_STRING {
        own = .text(unsafe ReadStatReader.text(readstat_string_value(value)))
      } else {
        own = .number(unsafe readstat_double_value(value))
      }
      unsafe contents.labels[ReadStatReader.text(set), default: []].append(
        ValueLabel(value: own, label: ReadStatReader.text(label)))
      return 0
    }
    if let encoding {
      // Safe: ReadStat copies nothing and reads the name while it parses, within this function's static string.
      let name: StaticString =
        switch encoding {
        case .utf8: "UTF-8"
        case .windows1252: "WINDOWS-1252"
        case .latin1: "ISO-8859-1"
        }
      unsafe name.utf8Start.withMemoryRebound(to: CChar.self, capacity: name.utf8CodeUnitCount) {
        _ = unsafe readstat_set_file_character_encoding(parser, $0)
      }
    }
    // Outlives the parsing, as `contents` does.
    let source = format == .stata ? nil : SPSSBytes(bytes)
    unsafe source?.attach(to: parser)
    defer { withExtendedLifetime(source) {} }
    let status =
      unsafe format == .stata
      ? readstat_parse_dta(parser, path, context) : readstat_parse_sav(parser, path, context)
    guard status == READSTAT_OK else {
      let reason = unsafe text(readstat_error_message(status))
      throw .unreadableFile(
        path,
        reason: contents.rows > 0
          ? "after \(contents.rows) rows: \(reason)" : reason.isEmpty ? "it is damaged" : reason)
    }
    if let source { contents.announcedRows = source.announced }
    return contents
  }

  /// Safe: ReadStat hands back the pointer that it was given.
  private static func contents(_ context: UnsafeMutableRawPointer?) -> Contents? {
    unsafe context.map { unsafe Unmanaged<Contents>.fromOpaque($0).takeUnretainedValue() }
  }

  private static func text(_ pointer: UnsafePointer<CChar>?) -> String {
    unsafe pointer.map { unsafe String(cString: $0) } ?? ""
  }

  private static func add(
    _ value: readstat_value_t, of variable: UnsafeMutablePointer<readstat_variable_t>?, row: Int,
    to own: inout Variable
  ) {
    if own.isText {
      let found = unsafe text(readstat_string_value(value))
      if unsafe readstat_value_is_defined_missing(value, variable) != 0 {
        own.declaredMissing.append((row, .text(found)))
        own.texts.append("")
      } else {
        own.texts.append(found)
      }
      return
    }
    if unsafe readstat_value_is_tagged_missing(value) != 0 {
      own.declaredMissing.append((row, .tag(UInt8(bitPattern: unsafe readstat_value_tag(value)))))
      own.numbers.append(.nan)
    } else if unsafe readstat_value_is_system_missing(value) != 0 {
      own.numbers.append(.nan)
    } else if unsafe readstat_value_is_defined_missing(value, variable) != 0 {
      own.declaredMissing.append((row, .number(unsafe readstat_double_value(value))))
      own.numbers.append(.nan)
    } else {
      own.numbers.append(unsafe readstat_double_value(value))
    }
  }
}
