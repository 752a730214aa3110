extension Graphic {
  /// The drawing as an SVG file: no scripts, no styles, no fonts, no links.
  public var svg: String {
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + markup(id: "figure").source
  }

  /// The drawing as an element of a page in which `id` is used by no other.
  func markup(id: String) -> Markup {
    let width = Self.number(width)
    let height = Self.number(height)
    return .element(
      .svg,
      [
        Attribute(.xmlns, "http://www.w3.org/2000/svg"),
        Attribute(.width, width), Attribute(.height, height),
        Attribute(.viewBox, "0 0 \(width) \(height)"), Attribute(.role, "img"),
        Attribute(.ariaLabelledby, "\(id)-title \(id)-desc"), Attribute(.focusable, "false"),
        Attribute(.fontFamily, TextMeasure.family),
      ],
      [
        .element(.title, Attribute(.id, "\(id)-title"), text: title),
        .element(.desc, Attribute(.id, "\(id)-desc"), text: description),
        .element(
          .rect, Attribute(.width, width), Attribute(.height, height),
          Attribute(.fill, Ink.white.rawValue)),
      ] + marks.map(\.markup))
  }

  /// A coordinate with at most two decimals.
  static func number(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "0" }
    let hundredths = Int((value * 100).rounded())
    let magnitude = hundredths.magnitude
    let (whole, rest) = (magnitude / 100, magnitude % 100)
    let sign = hundredths < 0 ? "-" : ""
    if rest == 0 { return "\(sign)\(whole)" }
    if rest % 10 == 0 { return "\(sign)\(whole).\(rest / 10)" }
    return "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
  }
}

extension Mark {
  fileprivate var markup: Markup {
    switch self {
    case .line(let from, let to, let stroke):
      return .element(
        .line,
        [
          coordinate(.x1, from.x), coordinate(.y1, from.y), coordinate(.x2, to.x),
          coordinate(.y2, to.y),
        ] + attributes(of: stroke), [])
    case .path(let steps, let fill, let stroke):
      return .element(
        .path,
        [Attribute(.d, steps.map(\.command).joined())] + attributes(of: fill)
          + attributes(of: stroke), [])
    case .circle(let at, let radius, let fill, let stroke):
      return .element(
        .circle,
        [coordinate(.cx, at.x), coordinate(.cy, at.y), coordinate(.r, radius)]
          + attributes(of: fill) + attributes(of: stroke), [])
    case .rect(let box, let radius, let fill, let stroke):
      return .element(
        .rect,
        [
          coordinate(.x, box.left), coordinate(.y, box.top), coordinate(.width, box.width),
          coordinate(.height, box.height),
        ] + (radius > 0 ? [coordinate(.rx, radius)] : []) + attributes(of: fill)
          + attributes(of: stroke), [])
    case .text(let label):
      let whole = label.full.map { [Markup.element(.title, text: $0)] } ?? []
      return .element(
        .text,
        [
          coordinate(.x, label.at.x), coordinate(.y, label.at.y), coordinate(.fontSize, label.size),
          Attribute(.fill, label.ink.rawValue),
        ] + (label.bold ? [Attribute(.fontWeight, "bold")] : [])
          + (label.anchor == .start ? [] : [Attribute(.textAnchor, label.anchor.rawValue)]),
        whole + [.text(label.text)])
    }
  }

  private func coordinate(_ name: Attribute.Name, _ value: Double) -> Attribute {
    Attribute(name, Graphic.number(value))
  }

  private func attributes(of fill: Fill?) -> [Attribute] {
    guard let fill else { return [Attribute(.fill, "none")] }
    return [Attribute(.fill, fill.ink.rawValue)]
      + (fill.opacity < 1 ? [coordinate(.fillOpacity, fill.opacity)] : [])
  }

  private func attributes(of stroke: Stroke?) -> [Attribute] {
    guard let stroke else { return [] }
    return [Attribute(.stroke, stroke.ink.rawValue), coordinate(.strokeWidth, stroke.width)]
      + (stroke.dash.isEmpty
        ? []
        : [
          Attribute(.strokeDasharray, stroke.dash.map(Graphic.number).joined(separator: " "))
        ])
  }
}

extension PathStep {
  fileprivate var command: String {
    switch self {
    case .move(let p): "M\(Graphic.number(p.x)) \(Graphic.number(p.y))"
    case .line(let p): "L\(Graphic.number(p.x)) \(Graphic.number(p.y))"
    case .close: "Z"
    }
  }
}
