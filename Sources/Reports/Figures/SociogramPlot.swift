/// A network as a picture: actors as points, ties as lines, where directed with the receiver's end marked.
///
/// Fruchterman & Reingold (1991), doi:10.1002/spe.4380211102, for the usual places of the points, which are given here.
public struct SociogramPlot: Plot {
  public let title: String
  private let x: [Double]
  private let y: [Double]
  private let ties: [(from: Int, to: Int)]
  private let isDirected: Bool

  /// - Parameters:
  ///   - x: one an actor, from 0 to 1; others are drawn at the edge.
  ///   - y: the same, upwards.
  ///   - ties: positions of actors; of undirected ties one order.
  public init(
    x: [Double], y: [Double], ties: [(from: Int, to: Int)], isDirected: Bool, title: String
  ) {
    precondition(x.count == y.count, "\(x.count) and \(y.count) coordinates")
    self.x = x
    self.y = y
    self.ties = ties.filter { x.indices.contains($0.from) && x.indices.contains($0.to) }
    self.isDirected = isDirected
    self.title = title
  }

  public var alternative: String {
    var tied = [Bool](repeating: false, count: x.count)
    for tie in ties {
      tied[tie.from] = true
      tied[tie.to] = true
    }
    return
      "\(title): \(NumberFormat.grouped(x.count)) actors and \(NumberFormat.grouped(ties.count)) ties; "
      + "\(NumberFormat.grouped(tied.count { !$0 })) actors have none."
  }

  public func graphic(width: FigureWidth) -> Graphic {
    guard !x.isEmpty else { return placeholder("There are no actors to show.", width: width) }
    var canvas = Canvas(width)
    let margin = 12.0
    let side = canvas.width - 2 * margin
    let height = side * (width == .wide ? 0.7 : 1)
    func place(_ actor: Int) -> Position {
      func inside(_ value: Double) -> Double { value.isFinite ? min(1, max(0, value)) : 0.5 }
      return Position(margin + side * inside(x[actor]), margin + height * (1 - inside(y[actor])))
    }
    for tie in ties {
      let (from, to) = (place(tie.from), place(tie.to))
      canvas.line(from.x, from.y, to.x, to.y, Stroke(.axis, 0.75))
      if isDirected {
        // A darker last sixth, so that the direction can be seen without arrow heads that cover the points.
        canvas.line(
          to.x - (to.x - from.x) / 6, to.y - (to.y - from.y) / 6, to.x, to.y, Stroke(.text, 1.25))
      }
    }
    let radius = x.count > 150 ? 2.5 : 4.5
    for actor in x.indices {
      let at = place(actor)
      canvas.circle(at.x, at.y, radius, fill: Fill(.blue), stroke: Stroke(.white, 1))
    }
    return canvas.finished(height: height + 2 * margin, title: title, description: alternative)
  }
}
