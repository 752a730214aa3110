extension FlowDiagram {
  public func graphic(width: FigureWidth) -> Graphic {
    guard !stages.isEmpty, stages.contains(where: { !$0.counts.isEmpty }) else {
      return placeholder("There are no stages to show.", width: width)
    }
    var canvas = Canvas(width)
    let columns = max(stages.map(\.counts.count).max() ?? 1, 1)
    let gap = width == .wide ? 20.0 : 8.0
    let cell = (canvas.width - 4 - gap * Double(columns - 1)) / Double(columns)
    guard cell >= 120 else { return stacked(width) }
    var y = 2.0
    if columns > 1 {
      for arm in 0..<columns {
        let name = arm < arms.count ? arms[arm] : ""
        canvas.text(
          name, 2 + Double(arm) * (cell + gap) + cell / 2, y + 14, size: 13, bold: true,
          anchor: .middle, room: cell)
      }
      y += 26
    }
    for (index, stage) in stages.enumerated() {
      let boxes = self.boxes(stage, columns: columns, cell: cell, gap: gap)
      if index > 0 {
        y = arrows(
          to: stage, boxes: boxes, on: &canvas, top: y)
      }
      y = draw(stage, boxes: boxes, on: &canvas, top: y)
    }
    return canvas.finished(height: y + 4, title: title, description: alternative)
  }

  /// Left edge and width of each box of a stage; one box spans all columns.
  private func boxes(
    _ stage: Stage, columns: Int, cell: Double, gap: Double
  ) -> [(left: Double, width: Double)] {
    if stage.counts.count == 1 {
      return [(2, cell * Double(columns) + gap * Double(columns - 1))]
    }
    return stage.counts.indices.map { (2 + Double($0) * (cell + gap), cell) }
  }

  /// The boxes of a stage, a count above its label; gives the y below them.
  private func draw(
    _ stage: Stage, boxes: [(left: Double, width: Double)], on canvas: inout Canvas, top: Double
  ) -> Double {
    let wrapped = boxes.map {
      TextMeasure.wrapped(stage.label, to: $0.width - 20, lines: 3, size: 12)
    }
    let height = 36 + Double(wrapped.map(\.count).max() ?? 1) * 15
    for (box, (lines, count)) in zip(boxes, zip(wrapped, stage.counts)) {
      canvas.rect(
        Box(box.left, top, box.left + box.width, top + height), radius: 2, fill: Fill(.shade),
        stroke: Stroke(.blue, 1.25))
      let middle = box.left + box.width / 2
      canvas.text(
        Self.words(count), middle, top + 22, size: 17, bold: true, anchor: .middle,
        room: box.width - 12)
      canvas.lines(
        lines, whole: stage.label, middle, centre: top + 32 + Double(lines.count) * 7.5 - 4,
        size: 12, anchor: .middle)
    }
    return top + height
  }

  /// Arrows down to the boxes of a stage, with who left beside them; gives the y of the arrow heads.
  private func arrows(
    to stage: Stage, boxes: [(left: Double, width: Double)], on canvas: inout Canvas, top: Double
  ) -> Double {
    let lists = boxes.indices.map { arm in
      stage.exclusions.flatMap { exclusion -> [(text: String, whole: String)] in
        let count = arm < exclusion.counts.count ? exclusion.counts[arm] : nil
        if count == 0 { return [] }
        let whole = "\u{2212} \(Self.words(count)): \(exclusion.reason)"
        let room = boxes[arm].width - inset(boxes[arm].width) - 14
        return TextMeasure.wrapped(whole, to: room, lines: 6, size: 12).map { ($0, whole) }
      }
    }
    let height = max(26, Double(lists.map(\.count).max() ?? 0) * 16 + 22)
    let bottom = top + height
    for (arm, box) in boxes.enumerated() {
      let x = box.left + inset(box.width)
      canvas.arrow(x, from: top, to: bottom)
      for (row, line) in lists[arm].enumerated() {
        canvas.lines(
          [line.text], whole: line.whole, x + 14, centre: top + 18 + Double(row) * 16, size: 12)
      }
    }
    return bottom
  }

  /// How far inside its box an arrow runs.
  private func inset(_ width: Double) -> Double { width > 240 ? 40 : 14 }
}
