/// What an interval for a difference says about there being none, in words.
struct IntervalReading {
  let low: Double
  let high: Double

  var sentence: String {
    low <= 0 && high >= 0
      ? "Zero lies inside the interval, so no difference at all is not ruled out."
      : "Zero lies outside the interval, so chance alone would rarely give such a difference."
  }
}
