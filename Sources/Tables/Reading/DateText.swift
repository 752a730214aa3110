/// ISO 8601 calendar dates as days since 1970-01-01, in the proleptic Gregorian calendar.
enum DateText {
  /// The days of `2017-09-01`, or NaN where the bytes are no such date.
  static func parse(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Double {
    guard end - start == 10, bytes[start + 4] == 0x2d, bytes[start + 7] == 0x2d else { return .nan }
    guard let year = digits(bytes, start, 4), let month = digits(bytes, start + 5, 2),
      let day = digits(bytes, start + 8, 2), (1...12).contains(month), day >= 1,
      day <= length(ofMonth: month, year: year)
    else { return .nan }
    return Double(days(year: year, month: month, day: day))
  }

  /// The date of a number of days, such as `2017-09-01`; `nil` outside the years 0000 to 9999.
  static func text(days: Double) -> String? {
    guard let days = Int(exactly: days), (-719_528...2_932_896).contains(days) else { return nil }
    // Years that start in March put the leap day last; 400 of them have 146,097 days.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }

  private static func days(year: Int, month: Int, day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func length(ofMonth month: Int, year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  private static func digits(_ bytes: Span<UInt8>, _ start: Int, _ count: Int) -> Int? {
    var value = 0
    for position in start..<start + count {
      let digit = Int(bytes[position] &- 0x30)
      if digit > 9 { return nil }
      value = value * 10 + digit
    }
    return value
  }

  private static func padded(_ value: Int, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}
