/// How a day belongs to a year: a school year is called by the calendar year in which it ends.
struct SchoolYear: Sendable, Hashable {
  /// The month in which a year begins, from 1.
  let firstMonth: Int

  /// The year that a day lies in: 2012-09-01 is of 2013 where years begin in September, and of 2012 where they
  /// begin in January.
  func year(ofDay days: Double) -> Int? {
    guard days.isFinite, abs(days) < 1e8 else { return nil }
    let (year, month) = Self.civil(Int(days.rounded(.down)))
    return firstMonth > 1 && month >= firstMonth ? year + 1 : year
  }

  /// Year and month of a day counted from 1970-01-01: the year is taken to begin in March, so that the leap
  /// day ends it.
  private static func civil(_ days: Int) -> (year: Int, month: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month)
  }
}

/// A month by name, as a study writes it.
enum Month: String, CaseIterable, Sendable {
  case january, february, march, april, may, june, july, august, september, october, november,
    december

  var number: Int { (Self.allCases.firstIndex(of: self) ?? 0) + 1 }
}
