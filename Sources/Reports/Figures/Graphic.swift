/// A drawing as a display list in user units, y downwards, with its words for those who do not see it.
///
/// The same list always gives the same bytes: coordinates are rounded to two decimals, and nothing comes
/// from a clock, a locale or a font file.
public struct Graphic: Sendable, Hashable, Codable {
  public let width: Double
  public let height: Double
  public let title: String
  public let description: String
  let marks: [Mark]

  init(width: Double, height: Double, title: String, description: String, marks: [Mark]) {
    self.width = width
    self.height = height
    self.title = title
    self.description = description
    self.marks = marks
  }

  /// The smallest box that holds every mark, texts at their fallback width.
  package var extent: (left: Double, top: Double, right: Double, bottom: Double) {
    marks.map(\.box).reduce((left: 0, top: 0, right: 0, bottom: 0)) { all, box in
      (
        min(all.left, box.left), min(all.top, box.top), max(all.right, box.right),
        max(all.bottom, box.bottom)
      )
    }
  }
}

struct Position: Sendable, Hashable, Codable {
  let x: Double
  let y: Double

  init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}

struct Box: Sendable, Hashable, Codable {
  let left: Double
  let top: Double
  let right: Double
  let bottom: Double

  init(_ left: Double, _ top: Double, _ right: Double, _ bottom: Double) {
    self.left = left
    self.top = top
    self.right = right
    self.bottom = bottom
  }

  var width: Double { right - left }
  var height: Double { bottom - top }
}

struct Stroke: Sendable, Hashable, Codable {
  let ink: Ink
  let width: Double
  let dash: [Double]

  init(_ ink: Ink, _ width: Double = 1, dash: [Double] = []) {
    self.ink = ink
    self.width = width
    self.dash = dash
  }
}

struct Fill: Sendable, Hashable, Codable {
  let ink: Ink
  let opacity: Double

  init(_ ink: Ink, opacity: Double = 1) {
    self.ink = ink
    self.opacity = opacity
  }
}

enum PathStep: Sendable, Hashable, Codable {
  case move(Position)
  case line(Position)
  case close
}

/// A line of text; `full` is what it was before it was shortened.
struct Label: Sendable, Hashable, Codable {
  enum Anchor: String, Sendable, Codable { case start, middle, end }

  let text: String
  let at: Position
  let size: Double
  let bold: Bool
  let anchor: Anchor
  let ink: Ink
  let full: String?

  var box: Box {
    let width = TextMeasure.width(of: text, size: size, bold: bold)
    let left =
      switch anchor {
      case .start: at.x
      case .middle: at.x - width / 2
      case .end: at.x - width
      }
    return Box(left, at.y - size * 0.8, left + width, at.y + size * 0.25)
  }
}

enum Mark: Sendable, Hashable, Codable {
  case line(Position, Position, Stroke)
  case path([PathStep], fill: Fill?, stroke: Stroke?)
  case circle(Position, radius: Double, fill: Fill?, stroke: Stroke?)
  case rect(Box, radius: Double, fill: Fill?, stroke: Stroke?)
  case text(Label)

  var box: Box {
    switch self {
    case .line(let a, let b, _): Box(min(a.x, b.x), min(a.y, b.y), max(a.x, b.x), max(a.y, b.y))
    case .circle(let at, let radius, _, _):
      Box(at.x - radius, at.y - radius, at.x + radius, at.y + radius)
    case .rect(let box, _, _, _): box
    case .text(let label): label.box
    case .path(let steps, _, _):
      steps.reduce(nil as Box?) { box, step in
        switch step {
        case .close: return box
        case .move(let p), .line(let p):
          guard let box else { return Box(p.x, p.y, p.x, p.y) }
          return Box(
            min(box.left, p.x), min(box.top, p.y), max(box.right, p.x), max(box.bottom, p.y))
        }
      } ?? Box(0, 0, 0, 0)
    }
  }
}
