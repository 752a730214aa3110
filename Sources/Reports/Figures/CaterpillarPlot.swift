/// Many groups in the order of their estimates, each with its interval: school effects of a multilevel model.
///
/// Beyond some hundred groups neighbours share a line, that of the middle one of them, so that 3,000 schools
/// make a picture of the same size as 300.
public struct CaterpillarPlot: Plot, Hashable {
  public struct Group: Sendable, Hashable {
    public let name: String
    public let estimate: Double
    public let low: Double
    public let high: Double

    public init(_ name: String, estimate: Double, low: Double, high: Double) {
      self.name = name
      self.estimate = estimate
      self.low = low
      self.high = high
    }

    var hasInterval: Bool { low.isFinite && high.isFinite && low <= high }
  }

  public let title: String
  /// In ascending order of estimate; groups without one are left out.
  public let groups: [Group]
  public let valueTitle: String
  /// What the groups are, in the plural, such as `schools`.
  public let noun: String
  public let reference: Double

  public init(
    _ groups: [Group], title: String, valueTitle: String, noun: String = "groups",
    reference: Double = 0
  ) {
    self.groups = groups.enumerated().filter { $0.element.estimate.isFinite }
      .sorted { ($0.element.estimate, $0.offset) < ($1.element.estimate, $1.offset) }
      .map(\.element)
    self.title = title
    self.valueTitle = valueTitle
    self.noun = noun
    self.reference = reference.isFinite ? reference : 0
  }

  private var apart: (below: Int, above: Int) {
    (
      groups.count { $0.hasInterval && $0.high < reference },
      groups.count { $0.hasInterval && $0.low > reference }
    )
  }

  public var alternative: String {
    guard let first = groups.first, let last = groups.last else {
      return "\(title): no \(noun) to show."
    }
    let (below, above) = apart
    return "\(title). \(NumberFormat.grouped(groups.count)) \(noun) in order, from "
      + "\(spoken(first.estimate)) (\(first.name)) to \(spoken(last.estimate)) (\(last.name)); "
      + "the intervals of \(NumberFormat.grouped(below)) lie wholly below \(spoken(reference)) and "
      + "those of \(NumberFormat.grouped(above)) wholly above."
  }

  public func graphic(width: FigureWidth) -> Graphic {
    guard !groups.isEmpty else { return placeholder("There are no \(noun) to show.", width: width) }
    var canvas = Canvas(width)
    let narrow = width == .narrow
    let size = narrow ? 12.0 : 13.0
    let shown = thinned(to: narrow ? 110 : 260)
    let axis = Axis(
      covering: shown.flatMap { $0.hasInterval ? [$0.estimate, $0.low, $0.high] : [$0.estimate] }
        + [reference])
    let left = Canvas.gutter(axis, size: size)
    let box = Box(left, 34, canvas.width - 14, narrow ? 250 : 324)
    canvas.text(valueTitle, 4, 14, size: 12, ink: .secondary, room: canvas.width - 8)
    canvas.verticalAxis(
      axis, left: left, right: box.right, top: box.top, bottom: box.bottom, size: size)
    func y(_ value: Double) -> Double { axis.place(value, from: box.bottom, to: box.top) }
    let spacing = box.width / Double(shown.count)
    func x(_ place: Int) -> Double { box.left + (Double(place) + 0.5) * spacing }
    var (plain, marked): ([PathStep], [PathStep]) = ([], [])
    for (place, group) in shown.enumerated() where group.hasInterval {
      let steps: [PathStep] = [
        .move(Position(x(place), y(group.low))), .line(Position(x(place), y(group.high))),
      ]
      if group.low > reference || group.high < reference { marked += steps } else { plain += steps }
    }
    let thickness = min(max(spacing * 0.45, 0.8), 2.5)
    canvas.path(plain, stroke: Stroke(.axis, thickness))
    canvas.path(marked, stroke: Stroke(.blue, thickness))
    canvas.line(box.left, y(reference), box.right, y(reference), Stroke(.text, 1.25))
    let radius = min(max(spacing * 0.4, 1), 4)
    for (place, group) in shown.enumerated() {
      canvas.circle(x(place), y(group.estimate), radius, fill: Fill(.text), stroke: nil)
    }
    let foot = footer(shown.count)
    let lines = TextMeasure.wrapped(foot, to: canvas.width - 16, lines: 4, size: 12)
    for (index, line) in lines.enumerated() {
      canvas.text(line, 8, box.bottom + 24 + Double(index) * 16, size: 12, ink: .secondary)
    }
    return canvas.finished(
      height: box.bottom + 18 + Double(lines.count) * 16, title: title, description: alternative)
  }

  private func footer(_ shown: Int) -> String {
    let (below, above) = apart
    var text = "\(NumberFormat.grouped(groups.count)) \(noun), in order. "
    text += "Dark lines: the interval excludes \(spoken(reference)) "
    text += "(\(NumberFormat.grouped(below)) below, \(NumberFormat.grouped(above)) above)."
    if shown < groups.count {
      text += " One line for every few neighbours, that of the middle one."
    }
    return text
  }

  /// The first, the last, and the middle one of each stretch between.
  private func thinned(to limit: Int) -> [Group] {
    guard groups.count > limit else { return groups }
    return (0..<limit).map { place in
      if place == 0 { return groups[0] }
      if place == limit - 1 { return groups[groups.count - 1] }
      return groups[(2 * place + 1) * groups.count / (2 * limit)]
    }
  }
}
