extension FanChart {
  /// All series in one frame, each named at its end, or in a legend below where there is no room.
  func together(_ width: FigureWidth) -> Graphic {
    var canvas = Canvas(width)
    let narrow = width == .narrow
    let size = narrow ? 12.0 : 13.0
    let axes = axes
    let names = series.map(\.name)
    let wrapped = names.map {
      TextMeasure.wrapped($0, to: 176, lines: 3, size: size, bold: true)
    }
    // Names beside the lines are read faster than a legend, as long as they have room.
    let taken = wrapped.reduce(0) { $0 + Double($1.count) * size * 1.25 + 3 }
    let endings = narrow || taken > 300 ? [] : wrapped
    let endWidth =
      endings.joined().map { TextMeasure.width(of: $0, size: size, bold: true) }.max() ?? 0
    let left = Canvas.gutter(axes.value, size: size)
    let right = canvas.width - (endings.isEmpty ? 14 : endWidth + 22)
    let top = 34.0
    let bottom = top + (narrow ? 220 : 290)
    let box = Box(left, top, right, bottom)
    canvas.text(valueTitle, 4, 14, size: 12, ink: .secondary, room: canvas.width - 8)
    canvas.verticalAxis(axes.value, left: left, right: right, top: top, bottom: bottom, size: size)
    canvas.timeAxis(axes.time, in: box, size: size)
    for (index, one) in series.enumerated() {
      draw(one, at: index, on: &canvas, in: box, axes: axes)
    }
    canvas.text(
      timeTitle, right, bottom + 37, size: 12, anchor: .end, ink: .secondary, room: right - 4)
    guard endings.isEmpty else {
      nameEnds(endings, on: &canvas, in: box, axes: axes, size: size)
      return canvas.finished(height: bottom + 46, title: title, description: alternative)
    }
    var y = bottom + 60
    for (index, name) in names.enumerated() {
      let (ink, dash) = Ink.series(index)
      canvas.line(8, y - 4, 44, y - 4, Stroke(ink, 2.5, dash: dash))
      canvas.text(name, 52, y, size: size, room: canvas.width - 60)
      y += 20
    }
    return canvas.finished(height: y - 6, title: title, description: alternative)
  }

  /// Writes each name beside the end of its line, pushed apart where they would overlap.
  private func nameEnds(
    _ endings: [[String]], on canvas: inout Canvas, in box: Box, axes: (time: Axis, value: Axis),
    size: Double
  ) {
    var ends: [(index: Int, line: Position, y: Double, height: Double)] = []
    for (index, one) in series.enumerated() {
      guard let last = one.moments.last(where: \.isDrawn) else { continue }
      let at = Position(
        axes.time.place(last.time, from: box.left, to: box.right),
        axes.value.place(last.mean, from: box.bottom, to: box.top))
      ends.append((index, at, at.y, Double(endings[index].count) * size * 1.25 + 3))
    }
    ends.sort { ($0.line.y, $0.index) < ($1.line.y, $1.index) }
    var free = 0.0
    for place in ends.indices {
      ends[place].y = max(ends[place].y, free + ends[place].height / 2)
      free = ends[place].y + ends[place].height / 2
    }
    var limit = box.bottom + 30
    for place in ends.indices.reversed() {
      ends[place].y = min(ends[place].y, limit - ends[place].height / 2)
      limit = ends[place].y - ends[place].height / 2
    }
    for end in ends {
      let ink = Ink.series(end.index).ink
      canvas.line(end.line.x + 2, end.line.y, box.right + 8, end.y, Stroke(ink, 1))
      canvas.lines(
        endings[end.index], whole: series[end.index].name, box.right + 12, centre: end.y,
        size: size, bold: true, ink: ink)
    }
  }

  /// A panel a series.
  func panels(_ width: FigureWidth) -> Graphic {
    var canvas = Canvas(width)
    let size = 12.0
    let axes = axes
    let across = width == .wide ? min(series.count, 2) : 1
    let gutter = Canvas.gutter(axes.value, size: size)
    let cell = (canvas.width - 12) / Double(across)
    let names = series.map {
      TextMeasure.balanced($0.name, to: cell - gutter - 14, lines: 2, size: 13, bold: true)
    }
    let head = Double(names.map(\.count).max() ?? 1) * 16
    let rowHeight = head + 194
    canvas.text(valueTitle, 4, 14, size: 12, ink: .secondary, room: canvas.width - 8)
    for (index, one) in series.enumerated() {
      let column = Double(index % across)
      let top = 38 + head + Double(index / across) * rowHeight
      let left = column * cell + gutter
      let box = Box(left, top, (column + 1) * cell - 10, top + 140)
      canvas.lines(
        names[index], whole: one.name, left, centre: top - 6 - Double(names[index].count) * 8,
        size: 13, bold: true, ink: Ink.series(index).ink)
      canvas.verticalAxis(
        axes.value, left: left, right: box.right, top: top, bottom: box.bottom, size: size)
      canvas.timeAxis(axes.time, in: box, size: size)
      if index > 0 { compare(on: &canvas, in: box, axes: axes) }
      draw(one, at: index, on: &canvas, in: box, axes: axes, isAlone: true)
    }
    let rows = (series.count + across - 1) / across
    let bottom = 32 + Double(rows) * rowHeight
    var foot = timeTitle
    if series.count > 1, let first = series.first { foot += " · dotted: \(first.name)" }
    let taken = canvas.remark(foot, right: canvas.width - 16, top: bottom)
    return canvas.finished(height: bottom + taken - 5, title: title, description: alternative)
  }

  /// The first series' mean, dotted, behind that of another.
  private func compare(
    on canvas: inout Canvas, in box: Box, axes: (time: Axis, value: Axis)
  ) {
    let points = (series.first?.moments ?? []).filter(\.isDrawn).map {
      Position(
        axes.time.place($0.time, from: box.left, to: box.right),
        axes.value.place($0.mean, from: box.bottom, to: box.top))
    }
    canvas.path(outline(points), stroke: Stroke(.secondary, 1.5, dash: [2, 3]))
  }
}

extension Canvas {
  /// The line below a chart over time, with its ticks.
  mutating func timeAxis(_ axis: Axis, in box: Box, size: Double) {
    line(box.left, box.bottom, box.right, box.bottom, Stroke(.axis))
    var free = 0.0
    for (tick, label) in zip(axis.ticks, axis.labels) {
      let x = axis.place(tick, from: box.left, to: box.right)
      let half = TextMeasure.width(of: label, size: size - 1) / 2
      let middle = min(max(x, half + 1), width - half - 1)
      line(x, box.bottom, x, box.bottom + 5, Stroke(.axis))
      guard middle - half >= free else { continue }
      text(label, middle, box.bottom + 19, size: size - 1, anchor: .middle, ink: .secondary)
      free = middle + half + 5
    }
  }
}
