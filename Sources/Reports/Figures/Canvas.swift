/// Where a plot puts its marks, with the few habits that all plots share.
struct Canvas {
  let width: Double
  var marks: [Mark] = []

  init(_ width: FigureWidth) { self.width = width.units }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ stroke: Stroke) {
    marks.append(.line(Position(x1, y1), Position(x2, y2), stroke))
  }

  mutating func path(_ steps: [PathStep], fill: Fill? = nil, stroke: Stroke? = nil) {
    guard !steps.isEmpty else { return }
    marks.append(.path(steps, fill: fill, stroke: stroke))
  }

  mutating func circle(_ x: Double, _ y: Double, _ radius: Double, fill: Fill?, stroke: Stroke?) {
    marks.append(.circle(Position(x, y), radius: radius, fill: fill, stroke: stroke))
  }

  mutating func diamond(_ x: Double, _ y: Double, _ radius: Double, fill: Fill) {
    path(
      [
        .move(Position(x, y - radius)), .line(Position(x + radius, y)),
        .line(Position(x, y + radius)), .line(Position(x - radius, y)), .close,
      ], fill: fill)
  }

  mutating func rect(
    _ box: Box, radius: Double = 0, fill: Fill? = nil, stroke: Stroke? = nil
  ) {
    marks.append(.rect(box, radius: radius, fill: fill, stroke: stroke))
  }

  /// One line of text, shortened to `room` where that is given and too little.
  mutating func text(
    _ text: String, _ x: Double, _ y: Double, size: Double = 13, bold: Bool = false,
    anchor: Label.Anchor = .start, ink: Ink = .text, room: Double? = nil
  ) {
    guard !text.isEmpty else { return }
    let shown = room.map { TextMeasure.elided(text, to: $0, size: size, bold: bold) } ?? text
    marks.append(
      .text(
        Label(
          text: shown, at: Position(x, y), size: size, bold: bold, anchor: anchor, ink: ink,
          full: shown == text ? nil : text)))
  }

  /// A label of one or more lines, centred on `y`; the whole text is the title of a shortened one.
  mutating func lines(
    _ lines: [String], whole: String, _ x: Double, centre y: Double, size: Double = 13,
    bold: Bool = false, anchor: Label.Anchor = .start, ink: Ink = .text
  ) {
    let step = size * 1.25
    let top = y - Double(lines.count - 1) * step / 2 + size * 0.35
    let isElided = lines.contains { $0.hasSuffix("…") }
    for (index, line) in lines.enumerated() where !line.isEmpty {
      marks.append(
        .text(
          Label(
            text: line, at: Position(x, top + Double(index) * step), size: size, bold: bold,
            anchor: anchor, ink: ink, full: isElided ? whole : nil)))
    }
  }

  func finished(height: Double, title: String, description: String) -> Graphic {
    Graphic(width: width, height: height, title: title, description: description, marks: marks)
  }
}
