/// The two widths that figures are drawn for: a page and a telephone.
public enum FigureWidth: Sendable, Hashable, CaseIterable {
  case wide
  case narrow

  /// Width in user units, about one CSS pixel each.
  var units: Double {
    switch self {
    case .wide: 720
    case .narrow: 344
    }
  }
}

/// A kind of figure, as a value that holds what is to be seen.
///
/// A plot without data draws a sentence that says so.
public protocol Plot: Sendable {
  /// What the figure shows, in a few words; the figure's accessible name.
  var title: String { get }
  /// The figure in words, with the numbers that matter.
  var alternative: String { get }
  func graphic(width: FigureWidth) -> Graphic
}

extension Plot {
  /// The wide drawing as an SVG file.
  public var svg: String { graphic(width: .wide).svg }

  /// What stands in the place of a plot that has nothing to show.
  func placeholder(_ sentence: String, width: FigureWidth) -> Graphic {
    var canvas = Canvas(width)
    let height = 96.0
    canvas.rect(
      Box(0.5, 0.5, canvas.width - 0.5, height - 0.5), fill: Fill(.shade),
      stroke: Stroke(.grid))
    let lines = TextMeasure.wrapped(sentence, to: canvas.width - 32, lines: 3, size: 13)
    canvas.lines(
      lines, whole: sentence, canvas.width / 2, centre: height / 2, anchor: .middle, ink: .secondary
    )
    return canvas.finished(height: height, title: title, description: alternative)
  }
}

/// Numbers inside the sentences of text alternatives.
func spoken(_ value: Double) -> String { NumberFormat.significant(2).text(value) }
