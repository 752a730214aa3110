/// Estimates with their intervals, one a row: coefficients, effects, subgroups, checks.
public struct IntervalPlot: Plot, Hashable {
  public struct Row: Sendable, Hashable {
    public let label: String
    /// NaN where nothing could be estimated.
    public let estimate: Double
    public let low: Double
    public let high: Double
    /// Whether this is the row that the study turns on; drawn larger, as a diamond.
    public let isPrimary: Bool

    public init(
      _ label: String, estimate: Double, low: Double, high: Double, isPrimary: Bool = false
    ) {
      self.label = label
      self.estimate = estimate
      self.low = low
      self.high = high
      self.isPrimary = isPrimary
    }

    var hasInterval: Bool { low.isFinite && high.isFinite && low <= high }
  }

  public let title: String
  public let rows: [Row]
  /// What the axis counts, with its unit.
  public let axisTitle: String
  /// Where nothing would be; `nil` draws no line.
  public let reference: Double?
  /// The smallest effect that the design could have detected, as a distance from `reference`.
  public let detectable: Double?
  /// What is said of the shaded band, which is what could not be detected unless it is called otherwise.
  public let bandWords: String
  public let format: NumberFormat

  public init(
    _ rows: [Row], title: String, axisTitle: String, reference: Double? = 0,
    detectable: Double? = nil, bandWords: String = "too small to detect",
    format: NumberFormat = .decimals(2)
  ) {
    self.rows = rows
    self.title = title
    self.axisTitle = axisTitle
    self.reference = reference.flatMap { $0.isFinite ? $0 : nil }
    self.detectable = detectable.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
    self.bandWords = bandWords
    self.format = format
  }

  public var alternative: String {
    let estimated = rows.filter { $0.estimate.isFinite }
    guard !estimated.isEmpty else { return "\(title): no estimates to show." }
    var text = "\(title), \(axisTitle). "
    text += estimated.prefix(8).map { "\($0.label): \(value(of: $0))" }.joined(separator: "; ")
    if estimated.count > 8 { text += "; and \(estimated.count - 8) more in the table" }
    text += "."
    if let reference {
      let apart = estimated.count {
        $0.hasInterval && ($0.low > reference || $0.high < reference)
      }
      text += " \(apart) of \(estimated.count) intervals exclude \(spoken(reference))."
    }
    if let detectable { text += " Shaded, \(bandWords): ±\(format.text(detectable))." }
    return text
  }

  /// `0.12 (0.03 to 0.21)`.
  private func value(of row: Row) -> String {
    guard row.estimate.isFinite else { return "not estimated" }
    guard row.hasInterval else { return format.text(row.estimate) }
    return "\(format.text(row.estimate)) (\(format.interval(row.low, row.high)))"
  }

  public func graphic(width: FigureWidth) -> Graphic {
    guard rows.contains(where: { $0.estimate.isFinite }) else {
      return placeholder("There are no estimates to show.", width: width)
    }
    var canvas = Canvas(width)
    let narrow = width == .narrow
    let size = narrow ? 12.0 : 13.0
    let values = rows.map(value)
    let labels = RowLabels(
      rows.map(\.label), room: narrow ? canvas.width - 20 : canvas.width * 0.3, size: size,
      bold: rows.map { narrow || $0.isPrimary }, leastHeight: 27)
    let valueWidth =
      narrow
      ? 0
      : min(
        values.map { TextMeasure.width(of: $0, size: size) }.max() ?? 0, canvas.width * 0.34)
    let left = narrow ? 10 : labels.width + 20
    let right = canvas.width - (narrow ? 10 : valueWidth + 24)
    let axis = self.axis(narrow: narrow)
    func x(_ value: Double) -> Double { axis.place(value, from: left, to: right) }
    let top = detectable == nil ? 8.0 : 28.0
    let (centres, texts, height) = layout(labels, narrow: narrow, size: size)
    let bottom = top + height
    nameDetectable(on: &canvas, x: x, size: size)
    // Beside its words a telephone's row has a strip of its own, and lines never run through words.
    let strips = narrow ? centres.map { (top + $0 - 11, top + $0 + 11) } : [(top, bottom)]
    for (from, to) in strips { drawDetectable(on: &canvas, x: x, top: from, bottom: to) }
    for tick in axis.ticks {
      for (from, to) in strips { canvas.line(x(tick), from, x(tick), to, Stroke(.grid)) }
    }
    canvas.horizontalAxis(
      axis, left: left, right: right, top: top, bottom: bottom, size: size, grid: false)
    if let reference {
      for (from, to) in strips {
        canvas.line(x(reference), from, x(reference), to, Stroke(.text, 1.25))
      }
    }
    for (index, row) in rows.enumerated() {
      let y = top + centres[index]
      let labelY = top + texts[index]
      if narrow {
        labelInLine(on: &canvas, row, labels.lines[index], values[index], labelY, size: size)
      } else {
        canvas.lines(
          labels.lines[index], whole: row.label, labels.width, centre: labelY, size: size,
          bold: row.isPrimary, anchor: .end)
        canvas.text(
          values[index], canvas.width - 8, y + size * 0.35, size: size, anchor: .end,
          ink: row.estimate.isFinite ? .text : .secondary, room: valueWidth + 4)
      }
      draw(row, on: &canvas, x: x, y)
    }
    let foot = canvas.remark(axisTitle, right: right, top: bottom + 38)
    return canvas.finished(height: bottom + 32 + foot, title: title, description: alternative)
  }

  private func axis(narrow: Bool) -> Axis {
    var values = rows.flatMap { $0.hasInterval ? [$0.estimate, $0.low, $0.high] : [$0.estimate] }
    if let reference { values.append(reference) }
    if let detectable {
      values += [(reference ?? 0) - detectable, (reference ?? 0) + detectable]
    }
    return Axis(covering: values, ticks: narrow ? 4 : 5)
  }

  /// Middles of marks, middles of labels and the height of all rows: beside each other on a page, the label
  /// above its mark on a telephone.
  private func layout(
    _ labels: RowLabels, narrow: Bool, size: Double
  ) -> (marks: [Double], labels: [Double], height: Double) {
    guard narrow else { return (labels.centres, labels.centres, labels.height) }
    var (marks, texts): ([Double], [Double]) = ([], [])
    var y = 2.0
    for lines in labels.lines {
      let block = Double(lines.count + 1) * size * 1.25
      texts.append(y + block / 2)
      y += block + 13
      marks.append(y)
      y += 17
    }
    return (marks, texts, y)
  }

  /// The label and, on a line of its own below, the numbers.
  private func labelInLine(
    on canvas: inout Canvas, _ row: Row, _ lines: [String], _ value: String, _ y: Double,
    size: Double
  ) {
    let step = size * 1.25
    let block = Double(lines.count + 1) * step
    canvas.lines(
      lines, whole: row.label, 10, centre: y - step / 2, size: size, bold: true)
    canvas.text(
      value, 10, y + block / 2 - step / 2 + size * 0.35, size: size, ink: .secondary,
      room: canvas.width - 20)
  }

  private func draw(_ row: Row, on canvas: inout Canvas, x: (Double) -> Double, _ y: Double) {
    guard row.estimate.isFinite else { return }
    if row.hasInterval {
      canvas.line(x(row.low), y, x(row.high), y, Stroke(.blue, row.isPrimary ? 3 : 2))
      for end in [row.low, row.high] {
        canvas.line(x(end), y - 4, x(end), y + 4, Stroke(.blue, row.isPrimary ? 2 : 1.5))
      }
    }
    if row.isPrimary {
      canvas.diamond(x(row.estimate), y, 7.5, fill: Fill(.blue))
    } else {
      canvas.circle(x(row.estimate), y, 4.5, fill: Fill(.blue), stroke: Stroke(.white, 1))
    }
  }

  private func drawDetectable(
    on canvas: inout Canvas, x: (Double) -> Double, top: Double, bottom: Double
  ) {
    guard let detectable else { return }
    let centre = reference ?? 0
    let (low, high) = (x(centre - detectable), x(centre + detectable))
    canvas.rect(Box(low, top, high, bottom), fill: Fill(.shade))
    for edge in [low, high] {
      canvas.line(edge, top, edge, bottom, Stroke(.secondary, 1, dash: [2, 3]))
    }
  }

  private func nameDetectable(on canvas: inout Canvas, x: (Double) -> Double, size: Double) {
    guard let detectable else { return }
    let centre = reference ?? 0
    let (low, high) = (x(centre - detectable), x(centre + detectable))
    let text = "Shaded: \(bandWords) (±\(format.text(detectable)))"
    let half = TextMeasure.width(of: text, size: size - 1) / 2
    let middle = min(max((low + high) / 2, half + 4), max(canvas.width - half - 4, half + 4))
    canvas.text(
      text, middle, 16, size: size - 1, anchor: .middle, ink: .secondary, room: canvas.width - 8)
  }
}
