/// The names of rows set beside a plot: wrapped, and each row as high as its name needs.
struct RowLabels {
  let lines: [[String]]
  /// The middle of each row, from the top of the first.
  let centres: [Double]
  let width: Double
  let height: Double

  /// - Parameter bold: Which labels are bold; `nil` for none.
  init(
    _ labels: [String], room: Double, size: Double, bold: [Bool]? = nil, leastHeight: Double = 25
  ) {
    let bold = bold ?? labels.map { _ in false }
    let lines = zip(labels, bold).map { label, bold in
      TextMeasure.balanced(label, to: room, lines: 3, size: size, bold: bold)
    }
    var centres: [Double] = []
    var bottom = 4.0
    for row in lines {
      let height = max(leastHeight, Double(row.count) * size * 1.25 + 9)
      centres.append(bottom + height / 2)
      bottom += height
    }
    self.lines = lines
    self.centres = centres
    self.height = bottom + 4
    self.width =
      zip(lines, bold).flatMap { lines, bold in
        lines.map { TextMeasure.width(of: $0, size: size, bold: bold) }
      }.max() ?? 0
  }
}

extension Canvas {
  /// A line or two of small print flush right, such as the name of an axis; gives the height it takes.
  mutating func remark(_ text: String, right: Double, top: Double) -> Double {
    let lines = TextMeasure.balanced(text, to: right - 8, lines: 3, size: 12)
    for (row, line) in lines.enumerated() {
      marks.append(
        .text(
          Label(
            text: line, at: Position(right, top + Double(row) * 15), size: 12, bold: false,
            anchor: .end, ink: .secondary, full: line.hasSuffix("…") ? text : nil)))
    }
    return Double(lines.count) * 15
  }

  /// Vertical grid lines at the ticks, and their labels below.
  mutating func horizontalAxis(
    _ axis: Axis, left: Double, right: Double, top: Double, bottom: Double, size: Double,
    grid: Bool = true
  ) {
    line(left, bottom, right, bottom, Stroke(.axis))
    var free = 0.0
    for (tick, label) in zip(axis.ticks, axis.labels) {
      let x = axis.place(tick, from: left, to: right)
      if grid { line(x, top, x, bottom, Stroke(.grid)) }
      line(x, bottom, x, bottom + 5, Stroke(.axis))
      let half = TextMeasure.width(of: label, size: size - 1) / 2
      let middle = min(max(x, half + 1), width - half - 1)
      guard middle - half >= free else { continue }
      text(label, middle, bottom + 18, size: size - 1, anchor: .middle, ink: .secondary)
      free = middle + half + 5
    }
  }

  /// Horizontal grid lines at the ticks, and their labels to the left.
  mutating func verticalAxis(
    _ axis: Axis, left: Double, right: Double, top: Double, bottom: Double, size: Double
  ) {
    for (tick, label) in zip(axis.ticks, axis.labels) {
      let y = axis.place(tick, from: bottom, to: top)
      line(left, y, right, y, Stroke(.grid))
      text(
        label, left - 7, y + size * 0.32, size: size - 1, anchor: .end, ink: .secondary,
        room: max(left - 8, 0))
    }
  }

  /// The width that the labels of a vertical axis take, their gap included.
  static func gutter(_ axis: Axis, size: Double) -> Double {
    (axis.labels.map { TextMeasure.width(of: $0, size: size - 1) }.max() ?? 0) + 9
  }
}
