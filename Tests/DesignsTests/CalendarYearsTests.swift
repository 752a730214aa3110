import Designs
import Testing

@Suite struct CalendarYearsTests {
  /// Days from 1970-01-01 by R's `as.numeric(as.Date(…))`.
  @Test func anniversariesAreWhole() {
    // 2012-09-01 is day 15,584.
    #expect(CalendarYears.between(15_584, and: 15_949) == 1)  // 2013-09-01, 365 days
    #expect(CalendarYears.between(15_584, and: 15_948) < 1)
    #expect(CalendarYears.between(15_584, and: 17_045) == 4)  // 2016-09-01, 1,461 days
    #expect(CalendarYears.between(15_584, and: 15_584) == 0)
    #expect(CalendarYears.between(15_584, and: 15_766) == 182 / 365.0)  // 2013-03-02
    #expect(CalendarYears.between(15_949, and: 15_584) == -1)
  }

  @Test func leapDays() {
    // 2012-02-29 is day 15,399; its anniversaries are 2013-02-28 (15,764) and 2016-02-29 (16,860).
    #expect(CalendarYears.between(15_399, and: 15_764) == 1)
    #expect(CalendarYears.between(15_399, and: 16_860) == 4)
    #expect(CalendarYears.between(-25_567, and: -25_202) == 1)  // 1900 had none
  }

  @Test func daysThatAreNotKnown() {
    #expect(CalendarYears.between(.nan, and: 1).isNaN)
    #expect(CalendarYears.between(1, and: .infinity).isNaN)
  }
}
