import Designs
import Foundation
import Multilevel
import Tables
import TestSupport
import Testing

@Suite("Profile intervals")
struct ProfileTests {
  private static let folder = fixturesFolder.appendingPathComponent("hypotheses")

  private static func load(_ name: String) throws -> [JSON] {
    try #require(
      try JSON(
        parsing: String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
      ).array)
  }

  /// lme4 reads its intervals off a spline through a walk along the profile: 10⁻³ of a standard error is what
  /// that leaves; its zeros are exact.
  @Test("agree with lme4's, and start at 0 where its do", arguments: 0..<7)
  func lme4(_ number: Int) throws {
    let json = try Self.load("profiles.json")[number]
    var categories = [
      "school": [String](), "Subject": [], "plate": [], "sample": [], "batch": [], "Batch": [],
      "cask": [],
    ]
    for (column, levels) in json["levels"]?.object ?? [:] {
      categories[column] = levels.array?.compactMap(\.string) ?? []
    }
    let data = try ReferenceData(
      fixturesFolder.appendingPathComponent("multilevel/\(json["data"]?.string ?? "").csv"),
      categories: categories)
    let fit = try LinearMixedModel(criterion: .ml).fit(
      data.frame(#require(json["formula"]?.string)))
    let intervals = try fit.profileIntervals()
    let names = (json["names"]?.array ?? []).compactMap(\.string)
    #expect(!names.isEmpty)
    #expect(intervals.count == names.count)
    for (k, name) in names.enumerated() {
      let interval = try #require(intervals.first { Self.name($0.parameter) == name }, "\(name)")
      let (low, high) = (
        try #require(json["low"]?[k]?.number), try #require(json["high"]?[k]?.number)
      )
      let error = (high - low) / 3.92
      let (ours, other) = (try #require(interval.low), try #require(interval.high))
      if ProcessInfo.processInfo.environment["COUNTERPART_SHOW_ERRORS"] != nil {
        print(number, name, (ours - low) / error, (other - high) / error)
      }
      if low == 0 { #expect(ours == 0, "\(name)") }
      #expect(abs(ours - low) < 1e-3 * error, "\(name): low \(ours), lme4 \(low)")
      #expect(abs(other - high) < 1e-3 * error, "\(name): high \(other), lme4 \(high)")
    }
  }

  private static func name(_ parameter: FitParameter) -> String {
    let (group, term) = (parameter.group ?? "", parameter.term ?? "")
    switch parameter.kind {
    case .deviation: return "sd_\(term)|\(group)"
    case .correlation: return "cor_\(parameter.other ?? "").\(term)|\(group)"
    case .sigma: return "sigma"
    default: return term
    }
  }

  /// At the ends of an interval of a coefficient the model with the coefficient held there, an offset, is 3.84
  /// worse; where the end is 0, the model without the effect is less than that worse.
  @Test("end where a refit with the number held is 3.84 worse", arguments: [UInt64(1), 2, 3])
  func refits(_ seed: UInt64) throws {
    for structure in [
      RandomDesign.Structure.slope, .nestedSlope, .crossed, .weighted, .twoSlopes, .partlyGrouped,
    ] {
      let design = RandomDesign(structure, seed: seed)
      let frame = design.frame
      let fit = try LinearMixedModel(criterion: .ml).fit(frame)
      let intervals = try fit.profileIntervals(threads: 2)
      #expect(intervals == (try fit.profileIntervals(threads: 1)))
      for k in [1, 3] {
        let interval = intervals[k]
        #expect(interval.parameter.term == fit.coefficientNames[k])
        for end in [interval.low, interval.high] {
          let value = try #require(end)
          var columns = frame.columns
          let offset = (0..<design.rowCount).map {
            (design.offset?[$0] ?? 0) + value * design.columns[frame.fixed[k]][$0]
          }
          columns.append(ModelFrame.NamedColumn("held", .values(offset)))
          let held = ModelFrame(
            selection: nil, rowCount: frame.rowCount, columns: columns,
            fixed: frame.fixed.filter { $0 != frame.fixed[k] }, response: frame.response,
            offset: columns.count - 1, weights: frame.weights, random: frame.random)
          let refit = try LinearMixedModel(criterion: .ml).fit(held)
          #expect(
            isClose(refit.deviance - fit.deviance, 3.841458820694124, absolute: 1e-5),
            "\(structure) \(fit.coefficientNames[k])")
        }
      }
      for interval in intervals where interval.parameter.kind != .coefficient {
        let (low, high) = (try #require(interval.low), try #require(interval.high))
        #expect(low < high, "\(structure) \(interval)")
        if let estimate = interval.estimate {
          #expect(low <= estimate && estimate <= high, "\(structure) \(interval)")
        }
      }
    }
  }

  @Test("of a REML fit are those of the ML fit, and move with the units of the data")
  func units() throws {
    let design = RandomDesign(.slope, seed: 4)
    let base = try LinearMixedModel().fit(design.frame).profileIntervals()
    let ml = try LinearMixedModel(criterion: .ml).fit(design.frame).profileIntervals()
    #expect(base == ml)
    let scaled = try LinearMixedModel(criterion: .ml).fit(
      design.transformed(column: 2, by: 10, plus: 0, response: 3).frame
    ).profileIntervals()
    for (a, b) in zip(base, scaled) {
      var factor = a.parameter.kind == .correlation ? 1.0 : 3
      if a.parameter.term == "x2", a.parameter.kind != .correlation { factor = 0.3 }
      let (low, high) = (try #require(a.low), try #require(a.high))
      let width = factor * (high - low)
      #expect(abs(factor * low - (b.low ?? .nan)) < 1e-5 * width, "\(a.parameter)")
      #expect(abs(factor * high - (b.high ?? .nan)) < 1e-5 * width, "\(a.parameter)")
    }
  }
}
