extension FlowDiagram {
  /// One box a stage with a line an arm, where there are too many arms to stand side by side.
  func stacked(_ width: FigureWidth) -> Graphic {
    var canvas = Canvas(width)
    let (left, right) = (2.0, canvas.width - 2)
    var y = 2.0
    for (index, stage) in stages.enumerated() {
      if index > 0 { y = departures(before: stage, on: &canvas, top: y) }
      let lines = TextMeasure.wrapped(
        stage.label, to: right - left - 24, lines: 3, size: 13, bold: true)
      let counts = stage.counts.enumerated().map { (name(ofArm: $0.offset, in: stage), $0.element) }
      let height = Double(lines.count) * 16.25 + Double(counts.count) * 18 + 16
      canvas.rect(
        Box(left, y, right, y + height), radius: 2, fill: Fill(.shade), stroke: Stroke(.blue, 1.25))
      canvas.lines(
        lines, whole: stage.label, left + 12, centre: y + 8 + Double(lines.count) * 8.125,
        size: 13, bold: true)
      var line = y + 8 + Double(lines.count) * 16.25 + 14
      for (arm, count) in counts {
        canvas.text(arm, left + 12, line, size: 12, room: right - left - 120)
        canvas.text(
          Self.words(count), right - 12, line, size: 13, bold: true, anchor: .end, room: 92)
        line += 18
      }
      y += height
    }
    return canvas.finished(height: y + 4, title: title, description: alternative)
  }

  private func name(ofArm arm: Int, in stage: Stage) -> String {
    guard stage.counts.count > 1 else { return "All \(noun)" }
    return arm < arms.count ? arms[arm] : "Arm \(arm + 1)"
  }

  /// The arrow to a stage with a line for each reason and arm; gives the y of its head.
  private func departures(before stage: Stage, on canvas: inout Canvas, top: Double) -> Double {
    let lines = stage.exclusions.flatMap { exclusion -> [(text: String, whole: String)] in
      let parts = exclusion.counts.enumerated().filter { $0.element != 0 }.map {
        "\(name(ofArm: $0.offset, in: stage)) \(Self.words($0.element))"
      }
      guard !parts.isEmpty else { return [] }
      let whole = "\u{2212} \(exclusion.reason): \(parts.joined(separator: ", "))"
      return TextMeasure.wrapped(whole, to: canvas.width - 46, lines: 6, size: 12)
        .map { ($0, whole) }
    }
    let bottom = top + max(26, Double(lines.count) * 16 + 22)
    canvas.arrow(20, from: top, to: bottom)
    for (row, line) in lines.enumerated() {
      canvas.lines(
        [line.text], whole: line.whole, 34, centre: top + 18 + Double(row) * 16, size: 12)
    }
    return bottom
  }
}

extension Canvas {
  /// An arrow straight down.
  mutating func arrow(_ x: Double, from top: Double, to bottom: Double) {
    line(x, top, x, bottom - 6, Stroke(.secondary, 1.5))
    path(
      [
        .move(Position(x - 5, bottom - 8)), .line(Position(x + 5, bottom - 8)),
        .line(Position(x, bottom - 1)), .close,
      ], fill: Fill(.secondary))
  }
}
