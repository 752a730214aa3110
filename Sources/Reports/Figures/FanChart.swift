/// Means over time with the interval around each, one series a policy.
public struct FanChart: Plot, Hashable {
  public struct Moment: Sendable, Hashable {
    public let time: Double
    public let mean: Double
    /// The ends of the interval; NaN where there is none.
    public let low: Double
    public let high: Double

    public init(time: Double, mean: Double, low: Double, high: Double) {
      self.time = time
      self.mean = mean
      self.low = low
      self.high = high
    }

    var isDrawn: Bool { time.isFinite && mean.isFinite }
    var hasInterval: Bool { isDrawn && low.isFinite && high.isFinite && low <= high }
  }

  public struct Series: Sendable, Hashable {
    public let name: String
    public let moments: [Moment]

    /// - Parameter moments: In order of time.
    public init(_ name: String, _ moments: [Moment]) {
      self.name = name
      self.moments = moments
    }
  }

  public enum Arrangement: Sendable, Hashable {
    /// All series over each other, named at their ends.
    case together
    /// A panel a series, all with the same axes and the first series' mean as a dotted line.
    case panels
  }

  public let title: String
  public let series: [Series]
  /// What the vertical axis counts, with its unit.
  public let valueTitle: String
  public let timeTitle: String
  public let arrangement: Arrangement
  /// How the numbers of the text alternative are written.
  public let format: NumberFormat

  public init(
    _ series: [Series], title: String, valueTitle: String, timeTitle: String = "Year",
    arrangement: Arrangement = .together, format: NumberFormat = .significant(3)
  ) {
    self.series = series
    self.title = title
    self.valueTitle = valueTitle
    self.timeTitle = timeTitle
    self.arrangement = arrangement
    self.format = format
  }

  public var alternative: String {
    let ends = series.compactMap { one in
      one.moments.last(where: \.isDrawn).map { (one.name, $0) }
    }
    guard !ends.isEmpty else { return "\(title): no results to show." }
    let sentences = ends.map { name, moment in
      var text = "\(name): \(format.text(moment.mean))"
      if moment.hasInterval { text += " (\(format.interval(moment.low, moment.high)))" }
      return text
    }
    let time = NumberFormat.significant(6).text(ends[0].1.time)
    return "\(title). \(valueTitle) at \(timeTitle.lowercased()) "
      + "\(ends[0].1.time.rounded() == ends[0].1.time ? NumberFormat.year.text(ends[0].1.time) : time)"
      + ": \(sentences.joined(separator: "; "))."
  }

  public func graphic(width: FigureWidth) -> Graphic {
    guard series.contains(where: { $0.moments.contains(where: \.isDrawn) }) else {
      return placeholder("There are no results over time to show.", width: width)
    }
    return switch arrangement {
    case .together: together(width)
    case .panels: panels(width)
    }
  }

  /// The axes that all panels share.
  var axes: (time: Axis, value: Axis) {
    let moments = series.flatMap(\.moments).filter(\.isDrawn)
    let times = moments.map(\.time)
    let whole = times.allSatisfy { $0.rounded() == $0 && abs($0) < 1e9 }
    return (
      Axis(covering: times, ticks: 5, wholeNumbers: whole),
      Axis(covering: moments.flatMap { $0.hasInterval ? [$0.mean, $0.low, $0.high] : [$0.mean] })
    )
  }

  /// The band and the line of one series inside `box`; a gap where a moment is missing.
  ///
  /// - Parameter isAlone: Whether the series has the frame to itself and needs no dashes.
  func draw(
    _ one: Series, at index: Int, on canvas: inout Canvas, in box: Box,
    axes: (time: Axis, value: Axis), isAlone: Bool = false
  ) {
    let ink = Ink.series(index).ink
    let dash = isAlone ? [] : Ink.series(index).dash
    func point(_ time: Double, _ value: Double) -> Position {
      Position(
        axes.time.place(time, from: box.left, to: box.right),
        axes.value.place(value, from: box.bottom, to: box.top))
    }
    for run in one.moments.split(whereSeparator: { !$0.hasInterval }) where run.count > 1 {
      let upper = run.map { point($0.time, $0.high) }
      let lower = run.reversed().map { point($0.time, $0.low) }
      canvas.path(outline(upper + lower) + [.close], fill: Fill(ink, opacity: 0.14))
      for edge in [upper, lower] {
        canvas.path(outline(edge), stroke: Stroke(ink, 0.75))
      }
    }
    for run in one.moments.split(whereSeparator: { !$0.isDrawn }) {
      if run.count > 1 {
        canvas.path(
          outline(run.map { point($0.time, $0.mean) }), stroke: Stroke(ink, 2.5, dash: dash))
      } else if let only = run.first {
        let at = point(only.time, only.mean)
        if only.hasInterval {
          let (low, high) = (point(only.time, only.low), point(only.time, only.high))
          canvas.line(low.x, low.y, high.x, high.y, Stroke(ink, 1.5))
        }
        canvas.circle(at.x, at.y, 4, fill: Fill(ink), stroke: nil)
      }
    }
  }

  func outline(_ points: [Position]) -> [PathStep] {
    points.enumerated().map { $0.offset == 0 ? .move($0.element) : .line($0.element) }
  }
}
