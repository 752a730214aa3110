import Foundation
import Reports
import Testing

/// Pictures of networks and of how well a model of them fits.
@Suite struct NetworkFigureTests {
  @Test func theFitNamesWhatLiesOutside() {
    let rows = [
      FitPlot.Row("≤ 0", observed: 4, mean: 5, low: 2, high: 8),
      FitPlot.Row("≤ 1", observed: 20, mean: 9, low: 6, high: 12),
      FitPlot.Row("≤ 2", observed: 3, mean: 3, low: 3, high: 3),
    ]
    let plot = FitPlot(rows, p: 0.02, title: "Fit of degrees")
    #expect(plot.rows.count == 2)
    #expect(plot.alternative.contains("Of 2 levels 1 lie outside"))
    #expect(plot.alternative.contains("(≤ 1)"))
    #expect(plot.svg.contains("≤ 0"))
    #expect(plot.svg == FitPlot(rows, p: 0.02, title: "Fit of degrees").svg)
    #expect(FitPlot([], p: .nan, title: "Fit").svg.contains("Nothing varies"))
  }

  @Test func theSociogramDrawsEveryActor() {
    let ties = [(from: 0, to: 1), (from: 1, to: 2), (from: 2, to: 9)]
    let plot = SociogramPlot(
      x: [0, 0.5, 1, .nan], y: [0, 1, 0.2, 0.5], ties: ties, isDirected: false, title: "Ties")
    #expect(plot.svg.components("<circle") == 4)
    #expect(plot.alternative.contains("4 actors and 2 ties; 1 actors have none"))
    let directed = SociogramPlot(
      x: [0, 0.5, 1, .nan], y: [0, 1, 0.2, 0.5], ties: ties, isDirected: true, title: "Ties")
    #expect(directed.svg.components("<line") > plot.svg.components("<line"))
    #expect(!plot.svg.contains("nan"))
    #expect(
      SociogramPlot(x: [], y: [], ties: [], isDirected: false, title: "Ties").svg
        .contains("no actors"))
  }
}

extension String {
  /// How often another text stands in this one.
  fileprivate func components(_ other: String) -> Int {
    var count = 0
    var rest = self[...]
    while let found = rest.range(of: other) {
      count += 1
      rest = rest[found.upperBound...]
    }
    return count
  }
}
