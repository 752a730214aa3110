/// What a model did not fit, observed beside simulated: one level of a statistic a row, in standard deviations of the
/// simulated values from their mean, with the range that nine in ten simulations fall in.
///
/// Lospinoso & Snijders (2019), doi:10.1177/2059799119884282, draw the same as violins.
public struct FitPlot: Plot, Hashable {
  public struct Row: Sendable, Hashable {
    public let level: String
    public let observed: Double
    public let mean: Double
    public let low: Double
    public let high: Double

    /// - Parameters:
    ///   - low: 5 % quantile of the simulated values.
    ///   - high: 95 % quantile.
    public init(_ level: String, observed: Double, mean: Double, low: Double, high: Double) {
      self.level = level
      self.observed = observed
      self.mean = mean
      self.low = low
      self.high = high
    }

    /// A normal variable's share of its 90 % range.
    fileprivate var scale: Double { (high - low) / 3.289707253902945 }
    fileprivate var isDrawn: Bool {
      scale > 0 && scale.isFinite && observed.isFinite && mean.isFinite
    }
    fileprivate func place(_ value: Double) -> Double { (value - mean) / scale }
  }

  public let title: String
  /// Levels that vary over simulations; of others there is nothing to compare.
  public let rows: [Row]
  /// Share of simulations at least as far out as what was observed.
  public let p: Double

  public init(_ rows: [Row], p: Double, title: String) {
    self.rows = rows.filter(\.isDrawn)
    self.p = p
    self.title = title
  }

  private func isOutside(_ row: Row) -> Bool { row.observed < row.low || row.observed > row.high }

  public var alternative: String {
    guard !rows.isEmpty else { return "\(title): nothing varies over simulations." }
    let outside = rows.filter(isOutside)
    let names = outside.isEmpty ? "" : " (\(outside.map(\.level).joined(separator: ", ")))"
    return
      "\(title). Of \(rows.count) levels \(outside.count) lie outside the range of nine in ten simulations\(names); "
      + "p = \(spoken(p))."
  }

  public func graphic(width: FigureWidth) -> Graphic {
    guard !rows.isEmpty else {
      return placeholder("Nothing varies over simulations.", width: width)
    }
    var canvas = Canvas(width)
    let size = width == .wide ? 13.0 : 12.0
    let labels = RowLabels(rows.map(\.level), room: canvas.width * 0.3, size: size)
    let left = labels.width + 18
    let right = canvas.width - 16
    // A level that is very far out is drawn at the edge.
    func inside(_ value: Double) -> Double { max(-6, min(6, value)) }
    let axis = Axis(
      covering: rows.flatMap { [inside($0.place($0.observed)), -2, 2] },
      ticks: width == .wide ? 7 : 5)
    func x(_ value: Double) -> Double { axis.place(inside(value), from: left, to: right) }
    let top = 12.0
    let bottom = top + labels.height
    canvas.horizontalAxis(axis, left: left, right: right, top: top, bottom: bottom, size: size)
    canvas.line(x(0), top, x(0), bottom, Stroke(.text, 1))
    for (index, row) in rows.enumerated() {
      let y = top + labels.centres[index]
      canvas.lines(
        labels.lines[index], whole: row.level, labels.width, centre: y, size: size, anchor: .end)
      canvas.line(x(row.place(row.low)), y, x(row.place(row.high)), y, Stroke(.axis, 5))
      canvas.diamond(
        x(row.place(row.observed)), y, 6, fill: Fill(isOutside(row) ? .orange : .blue))
    }
    var foot = bottom + 44
    foot += canvas.remark(
      "Diamonds: observed; bars: nine in ten simulations (SD from the simulated mean)",
      right: right, top: foot - 4)
    return canvas.finished(height: foot - 8, title: title, description: alternative)
  }
}
