/// Years as the calendar counts them: from one day to the same day of another year is a whole number of them.
public enum CalendarYears {
  /// The years from one day to another, both counted from 1970-01-01: the whole ones, and the share of the next
  /// that has passed. A 29 February has its anniversary on 28 February; NaN where a day is.
  public static func between(_ first: Double, and last: Double) -> Double {
    guard abs(first) < 1e8, abs(last) < 1e8 else { return .nan }
    let start = CalendarDate(daysSince1970: Int(first.rounded(.down)))
    let end = CalendarDate(daysSince1970: Int(last.rounded(.down)))
    func anniversary(_ years: Int) -> Double {
      let day = Double(start.moved(byYears: years).daysSince1970)
      return day + first - first.rounded(.down)
    }
    var years = end.year - start.year
    if anniversary(years) > last { years -= 1 }
    let whole = anniversary(years)
    return Double(years) + (last - whole) / (anniversary(years + 1) - whole)
  }
}
