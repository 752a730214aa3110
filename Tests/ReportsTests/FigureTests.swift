import Foundation
import Reports
import Testing

/// The laws of every kind of figure.
@Suite struct FigureTests {
  /// One of each kind, of `count` items with values from `value` and names from `name`.
  static func plots(
    _ count: Int, value: () -> Double, name: (Int) -> String
  ) -> [any Plot] {
    func triple() -> (Double, Double, Double) {
      let (a, b, c) = (value(), value(), value())
      let low = min(a, b, c)
      let high = max(a, b, c)
      return (a.isNaN || b.isNaN || c.isNaN ? a : a + b + c - low - high, low, high)
    }
    let love = LovePlot((0..<count).map { .init(name($0), before: value(), after: value()) })
    let rows = (0..<count).map { index -> IntervalPlot.Row in
      let (estimate, low, high) = triple()
      return .init(
        name(index), estimate: estimate, low: low, high: high, isPrimary: index % 5 == 0)
    }
    let series = (0..<min(count, 12)).map { index in
      FanChart.Series(
        name(index),
        (0..<(count % 7 + 1)).map { year in
          let (mean, low, high) = triple()
          return .init(time: 2014 + Double(year), mean: mean, low: low, high: high)
        })
    }
    let groups = (0..<count).map { index -> CaterpillarPlot.Group in
      let (estimate, low, high) = triple()
      return .init(name(index), estimate: estimate, low: low, high: high)
    }
    let arms = count % 4 + 1
    let stages = (0..<min(count, 6)).map { index in
      FlowDiagram.Stage(
        name(index), index == 0 ? [count] : (0..<arms).map { $0 == 1 ? nil : 1000 / (index + $0) },
        excluding: (0..<index).map { reason in
          .init(name(reason), (0..<arms).map { $0 == 2 ? nil : $0 * reason })
        })
    }
    return [
      love, IntervalPlot(rows, title: name(0), axisTitle: name(1)),
      IntervalPlot(
        rows, title: name(0), axisTitle: name(1), reference: 1, detectable: value(),
        format: .significant(2)),
      IntervalPlot(rows, title: name(2), axisTitle: "points", reference: nil),
      FanChart(series, title: name(0), valueTitle: name(1)),
      FanChart(series, title: name(0), valueTitle: name(1), arrangement: .panels),
      CaterpillarPlot(groups, title: name(0), valueTitle: name(1), noun: "schools"),
      FlowDiagram(stages, arms: (0..<arms).map { name($0) }, noun: "schools"),
    ]
  }

  private static let coordinates: Set<String> = [
    "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "font-size",
  ]

  static func check(_ plot: any Plot, _ comment: Comment) {
    for width in FigureWidth.allCases {
      let graphic = plot.graphic(width: width)
      let extent = graphic.extent
      #expect(extent.left >= -0.5 && extent.top >= -0.5, comment)
      #expect(extent.right <= graphic.width + 0.5, "\(comment) \(extent.right) > \(graphic.width)")
      #expect(
        extent.bottom <= graphic.height + 0.5, "\(comment) \(extent.bottom) \(graphic.height)")
      let svg = graphic.svg
      let page = PageReader(svg)
      #expect(page.failure == nil, comment)
      #expect(page.elements.first?.name == "svg")
      #expect(page.elements.first?.attributes["role"] == "img")
      #expect(page.all("desc").count == 1)
      for element in page.elements {
        for (name, value) in element.attributes where coordinates.contains(name) {
          #expect(Double(value)?.isFinite == true, "\(name)=\(value) \(comment)")
        }
      }
      #expect(svg == plot.graphic(width: width).svg, "the same bytes twice")
    }
    #expect(!plot.alternative.isEmpty)
  }

  @Test(arguments: [0, 1, 2, 3, 5, 12, 40, 61, 130])
  func insideTheFrameAndWellFormed(_ count: Int) {
    var numbers = Numbers(state: UInt64(count) + 1)
    for round in 0..<6 {
      let scale = Double("1e\(Int.random(in: -8...8, using: &numbers))") ?? 1
      let plots = Self.plots(count) {
        Double.random(in: -1...1, using: &numbers) * scale
      } name: { index in
        ["Prior attainment", "x", "Share of pupils eligible for free school meals, base year"][
          (index + round) % 3] + " \(index)"
      }
      for plot in plots { Self.check(plot, "\(type(of: plot)) of \(count), round \(round)") }
    }
  }

  @Test(arguments: hostileStrings)
  func hostileNames(_ text: String) {
    var numbers = Numbers(state: 3)
    let plots = Self.plots(7) {
      Double.random(in: -1...1, using: &numbers)
    } name: { _ in
      text
    }
    for plot in plots { Self.check(plot, "\(type(of: plot)) \(text.prefix(30))") }
  }

  @Test(arguments: extremeNumbers, extremeNumbers)
  func extremeValues(_ a: Double, _ b: Double) {
    var turn = 0
    let plots = Self.plots(5) {
      turn += 1
      return turn % 3 == 0 ? a : turn % 3 == 1 ? b : 0.5
    } name: {
      "covariate \($0)"
    }
    for plot in plots { Self.check(plot, "\(type(of: plot)) of \(a), \(b)") }
  }

  @Test func nothingToShowIsSaid() {
    let empty: [any Plot] = [
      LovePlot([]), LovePlot([.init("x", before: .nan, after: .nan)]),
      IntervalPlot([], title: "t", axisTitle: "a"),
      IntervalPlot(
        [.init("x", estimate: .nan, low: .nan, high: .nan)], title: "t", axisTitle: "a"),
      FanChart([], title: "t", valueTitle: "v"),
      FanChart([.init("s", [])], title: "t", valueTitle: "v", arrangement: .panels),
      CaterpillarPlot([], title: "t", valueTitle: "v"), FlowDiagram([], arms: []),
      FlowDiagram([.init("s", [])], arms: ["a"]),
    ]
    for plot in empty {
      Self.check(plot, "empty \(type(of: plot))")
      #expect(plot.svg.contains("There are no"))
    }
  }

  @Test func threeThousandSchoolsMakeASmallPicture() {
    func plot(_ count: Int) -> CaterpillarPlot {
      CaterpillarPlot(
        (0..<count).map {
          let x = Double($0 * 7919 % count) / Double(count) - 0.5
          return .init("School \($0)", estimate: x, low: x - 0.2, high: x + 0.2)
        }, title: "School effects", valueTitle: "points", noun: "schools")
    }
    let many = plot(3000)
    #expect(many.svg.utf8.count < plot(260).svg.utf8.count * 3 / 2)
    #expect(many.alternative.contains("3\u{202F}000 schools"))
    #expect(many.alternative.contains("899") || many.alternative.contains("900"))
    #expect(PageReader(many.svg).all("text").count < 20)
  }

  @Test func loveRowsBeyondTheLimitAreCountedAndTheLargestKept() {
    let rows = (0..<200).map {
      LovePlot.Row("covariate \($0)", before: Double($0) / 100, after: 0.01)
    }
    let svg = LovePlot(rows).svg
    #expect(svg.contains("covariate 199") && svg.contains("covariate 140"))
    #expect(!svg.contains(">covariate 139<"))
    #expect(svg.contains("60 largest of 200"))
  }

  @Test func theAlternativeTellsTheNumbers() {
    let love = LovePlot([
      .init("prior", before: 0.62, after: 0.05), .init("size", before: -0.9, after: -0.14),
    ])
    #expect(
      love.alternative
        == "Standardised differences of 2 covariates. Before matching the largest is −0.90 SD (size); 2 of 2 lie beyond 0.10. After matching the largest is −0.14 SD (size); 1 of 2 lie beyond 0.10."
    )
    let interval = IntervalPlot(
      [.init("catholic", estimate: 0.2, low: 0.02, high: 0.39)], title: "Effects", axisTitle: "SD",
      detectable: 0.18)
    #expect(
      interval.alternative
        == "Effects, SD. catholic: 0.20 (0.02 to 0.39). 1 of 1 intervals exclude 0. Shaded, too small to detect: ±0.18."
    )
    let flow = FlowDiagram(
      [
        .init("Register", [160]),
        .init("Matched", [58, nil], excluding: [.init("no partner", [12, nil])]),
      ], arms: ["Catholic", "Public"])
    #expect(
      flow.alternative
        == "From register to analysis, schools. Register (160) to Matched (Catholic: 58, Public: not shown). Excluded: no partner (12, not shown)."
    )
  }

  /// WCAG 2.1, 1.4.3: text stands out from white by 4.5 to 1.
  @Test func everyTextIsDarkEnough() {
    var numbers = Numbers(state: 9)
    let plots = Self.plots(12) {
      Double.random(in: -1...1, using: &numbers)
    } name: {
      "name \($0)"
    }
    for plot in plots {
      for text in PageReader(plot.svg).all("text") {
        let colour = UInt32((text.attributes["fill"] ?? "").dropFirst(), radix: 16) ?? 0xFFFFFF
        let channels = [16, 8, 0].map { shift -> Double in
          let value = Double(colour >> shift & 0xFF) / 255
          return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        let light = 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
        #expect(1.05 / (light + 0.05) >= 4.5, "\(text.attributes["fill"] ?? "")")
      }
    }
  }

  /// Series differ by dash as well as by colour: no two of the first six look alike in grey.
  @Test func seriesDifferInMoreThanColour() {
    let series = (0..<6).map { index in
      FanChart.Series(
        "policy \(index)",
        (0...3).map {
          .init(time: Double($0), mean: Double(index), low: .nan, high: .nan)
        })
    }
    let svg = FanChart(series, title: "t", valueTitle: "v").svg
    let dashes = PageReader(svg).all("path").map { $0.attributes["stroke-dasharray"] ?? "solid" }
    #expect(dashes.count == 6)
    #expect(Set(dashes).count == 6)
  }

  /// A shortened label keeps its whole text as a title.
  @Test func elidedLabelsKeepTheirText() {
    let name = String(repeating: "Share of pupils eligible for free school meals ", count: 6)
    let plot = LovePlot([.init(name, before: 0.1, after: 0)])
    let titles = PageReader(plot.svg).all("title").map(\.text)
    #expect(titles.contains(name))
  }
}
