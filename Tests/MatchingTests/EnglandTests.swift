import Foundation
import LinearAlgebra
import Matching
import Probability
import TestSupport
import Testing

/// Federated primary schools of England in 2019 and their comparators.
///
/// The balance before matching is the reference run's; what follows matching was worked out in R over the
/// full table of distances (`glm`, then the largest score first, each taking the nearest that is left of its
/// faith). The reference run itself used Debian's older MatchIt, whose choices are not the nearest.
@Suite(
  "Federations in England, 2019",
  .enabled(if: SharedReference.isPresent, Comment(rawValue: SharedReference.absence)))
struct EnglandTests {
  /// Splits a line at commas that do not stand in quotation marks.
  private func fields(_ line: Substring) -> [String] {
    var fields = [""]
    var isQuoted = false
    for character in line {
      if character == "\"" {
        isQuoted.toggle()
      } else if character == ",", !isQuoted {
        fields.append("")
      } else {
        fields[fields.count - 1].append(character)
      }
    }
    return fields
  }

  @Test("416 pairs with the balance and the raw differences of a plain search")
  func reference() throws {
    let file = try #require(SharedReference.folder).appendingPathComponent(
      "england/england_ks2_2019.csv")
    let lines = try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline)
    let names = fields(lines[0])
    let rows = lines.dropFirst().map { line in
      Dictionary(zip(names, fields(line)), uniquingKeysWith: { first, _ in first })
    }
    let needed = [
      "read_prog", "writ_prog", "mat_prog", "nor", "fsm6", "eal", "sen_ehcp", "sen_k", "absence",
      "lat", "lon",
    ]
    func isEmpty(_ text: String?) -> Bool { ["", "NA", "SUPP", "LOWCOV"].contains(text ?? "") }
    var treated: [Bool] = []
    var numbers = [[Double]](repeating: [], count: needed.count)
    var faith: [Int32] = []
    for row in rows where row["type"] == "Maintained school" && isEmpty(row["mat_uid"]) {
      let isFederated =
        !isEmpty(row["fed_uid"]) && !isEmpty(row["fed_joined"])
        && (row["fed_joined"] ?? "") <= "2017-08-31" && (Double(row["fed_size"] ?? "") ?? 0) >= 2
      let isAlone = isEmpty(row["fed_uid"]) && isEmpty(row["sat_uid"])
      let values = needed.map { Double(row[$0] ?? "") ?? .nan }
      guard isFederated || isAlone, !values.contains(where: \.isNaN), !isEmpty(row["la"]) else {
        continue
      }
      let religion = row["religion"] ?? ""
      let code: Int32 =
        if religion.contains("Church of England") || religion.contains("Catholic") {
          religion.contains("England") ? 0 : 1
        } else if religion == "Does not apply" || religion == "None" {
          2
        } else { -1 }
      guard code >= 0 else { continue }
      treated.append(isFederated)
      faith.append(code)
      for (k, value) in values.enumerated() { numbers[k].append(value) }
    }
    #expect(treated.count { $0 } == 416)
    #expect(treated.count { !$0 } == 8273)
    func covariate(_ name: String) throws -> Covariate {
      Covariate(name, .numbers(numbers[try #require(needed.firstIndex(of: name))]))
    }
    let roll = numbers[3]
    let covariates =
      [Covariate("lnor", .numbers(roll.map { log($0) }))]
      + (try needed.dropFirst(4).map { try covariate($0) })
    let candidates = Candidates(
      treated: treated, covariates: covariates,
      exact: [Covariate("faith", .factor(codes: faith, levels: ["CE", "RC", "none"]))])
    let match = try MatchDesign(distance: PropensityScore(scale: .probability)).match(
      candidates, seed: Seed(1))
    #expect(match.sample.pairs.count == 416)
    let balance = BalanceTable(match).rows
    for (name, before) in [
      ("lnor", -0.488), ("fsm6", 0.071), ("eal", -0.157), ("sen_ehcp", 0.151), ("sen_k", 0.176),
      ("absence", 0.122), ("lat", -0.452), ("lon", 0.125),
    ] {
      let found = balance.first { $0.covariate == name && $0.stage == .before }
      #expect(isClose(try #require(found).standardisedDifference, before, absolute: 5.1e-4))
    }
    for (name, after) in [("lnor", -0.04734895), ("fsm6", -0.07638433)] {
      let found = balance.first { $0.covariate == name && $0.stage == .after }
      #expect(isClose(try #require(found).standardisedDifference, after, absolute: 5.1e-9))
    }
    for (name, difference) in [("read_prog", -0.08870192), ("mat_prog", -0.2370192)] {
      let effect = try DesignEffect.estimate(match, outcome: covariate(name)).effect
      #expect(isClose(effect.estimate, difference, absolute: 5.1e-8), "\(name)")
    }
  }
}
