/// Standardised differences between the arms, one covariate a row, before and after matching.
///
/// Austin (2011), Multivariate Behavioral Research 46, 399–424, doi:10.1080/00273171.2011.568786, for the
/// 0.1 that the guide lines mark.
public struct LovePlot: Plot, Hashable {
  public struct Row: Sendable, Hashable {
    public let covariate: String
    /// In standard deviations, treated less control; NaN where there is none.
    public let before: Double
    public let after: Double

    public init(_ covariate: String, before: Double, after: Double) {
      self.covariate = covariate
      self.before = before
      self.after = after
    }
  }

  public let rows: [Row]
  /// The guide lines stand at ± this many standard deviations.
  public let guide: Double
  /// Rows drawn; of more, those with the largest differences before matching, in their own order.
  public static let rowLimit = 60

  public init(_ rows: [Row], guide: Double = 0.1) {
    self.rows = rows
    self.guide = guide.isFinite ? abs(guide) : 0.1
  }

  public var title: String { "Standardised differences before and after matching" }

  public var alternative: String {
    let before = rows.filter { $0.before.isFinite }
    let after = rows.filter { $0.after.isFinite }
    guard
      let worst = after.max(by: { abs($0.after) < abs($1.after) })
    else { return "Balance of covariates: no differences after matching to show." }
    var text = "Standardised differences of \(counted(rows.count, "covariate", "covariates")). "
    if let first = before.max(by: { abs($0.before) < abs($1.before) }) {
      text +=
        "Before matching the largest is \(spoken(first.before)) SD (\(first.covariate)); "
      text += "\(above(before.map(\.before))) of \(before.count) lie beyond \(spoken(guide)). "
    }
    text += "After matching the largest is \(spoken(worst.after)) SD (\(worst.covariate)); "
    return text + "\(above(after.map(\.after))) of \(after.count) lie beyond \(spoken(guide))."
  }

  private func above(_ values: [Double]) -> Int { values.count { abs($0) > guide } }

  private var shown: [Row] {
    guard rows.count > Self.rowLimit else { return rows }
    func size(_ row: Row) -> Double { row.before.isFinite ? abs(row.before) : 0 }
    let kept = rows.indices.sorted { a, b in
      let (x, y) = (size(rows[a]), size(rows[b]))
      return x != y ? x > y : a < b
    }.prefix(Self.rowLimit).sorted()
    return kept.map { rows[$0] }
  }

  public func graphic(width: FigureWidth) -> Graphic {
    let rows = shown
    guard rows.contains(where: { $0.before.isFinite || $0.after.isFinite }) else {
      return placeholder("There are no standardised differences to show.", width: width)
    }
    var canvas = Canvas(width)
    let size = width == .wide ? 13.0 : 12.0
    let labels = RowLabels(
      rows.map(\.covariate), room: canvas.width * (width == .wide ? 0.36 : 0.4), size: size)
    let left = labels.width + 18
    let right = canvas.width - 16
    let axis = Axis(
      covering: rows.flatMap { [$0.before, $0.after] } + [-guide, guide],
      ticks: width == .wide ? 7 : 4)
    func x(_ value: Double) -> Double { axis.place(value, from: left, to: right) }
    legend(on: &canvas, narrow: width == .narrow)
    let top = width == .wide ? 34.0 : 50.0
    let bottom = top + labels.height
    canvas.rect(Box(x(-guide), top, x(guide), bottom), fill: Fill(.shade))
    canvas.horizontalAxis(axis, left: left, right: right, top: top, bottom: bottom, size: size)
    for value in [-guide, guide] {
      canvas.line(x(value), top, x(value), bottom, Stroke(.secondary, 1, dash: [4, 3]))
    }
    canvas.line(x(0), top, x(0), bottom, Stroke(.text, 1))
    for (index, row) in rows.enumerated() {
      let y = top + labels.centres[index]
      canvas.lines(
        labels.lines[index], whole: row.covariate, labels.width, centre: y, size: size, anchor: .end
      )
      if row.before.isFinite, row.after.isFinite {
        canvas.line(x(row.before), y, x(row.after), y, Stroke(.axis, 1.5))
      }
      if row.before.isFinite { beforeMark(on: &canvas, x(row.before), y) }
      if row.after.isFinite { afterMark(on: &canvas, x(row.after), y) }
    }
    var foot = bottom + 44
    foot += canvas.remark(
      "Standardised difference, treated less comparison (SD)", right: right, top: foot - 4)
    if rows.count < self.rows.count {
      foot += canvas.remark(
        "The \(rows.count) largest of \(self.rows.count) covariates; all are in the table.",
        right: right, top: foot - 4)
    }
    return canvas.finished(height: foot - 8, title: title, description: alternative)
  }

  private func beforeMark(on canvas: inout Canvas, _ x: Double, _ y: Double) {
    canvas.circle(x, y, 4.5, fill: Fill(.white), stroke: Stroke(.orange, 2))
  }

  private func afterMark(on canvas: inout Canvas, _ x: Double, _ y: Double) {
    canvas.diamond(x, y, 6, fill: Fill(.blue))
  }

  private func legend(on canvas: inout Canvas, narrow: Bool) {
    let size = narrow ? 12.0 : 13.0
    var x = 8.0
    beforeMark(on: &canvas, x + 4, 14)
    canvas.text("Before matching", x + 15, 18.5, size: size)
    x += 15 + TextMeasure.width(of: "Before matching", size: size) + 20
    afterMark(on: &canvas, x + 4, 14)
    canvas.text("After matching", x + 16, 18.5, size: size)
    let within = "Shaded: within ±\(NumberFormat.significant(2).text(guide))"
    if narrow {
      canvas.text(within, 8, 38, size: size, ink: .secondary)
    } else {
      x += 16 + TextMeasure.width(of: "After matching", size: size) + 20
      canvas.text(within, x, 18.5, size: size, ink: .secondary)
    }
  }
}

/// `1 covariate`, `12 covariates`.
func counted(_ count: Int, _ one: String, _ many: String) -> String {
  "\(NumberFormat.grouped(count)) \(count == 1 ? one : many)"
}
