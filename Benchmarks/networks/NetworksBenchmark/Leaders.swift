import Foundation
import Networks
import Probability

/// Collaboration among the leaders of a school district, asked twice, on a scale of 1 to 4; 3 and more is a tie. The
/// data are not part of the project: FOLDER holds `school_leader_edges.csv` and `school_leader_nodes.csv`.
struct Leaders {
  let waves: [Network]
  let site: [Double]
  let efficacy: [Double]

  init(folder: String) throws {
    func lines(_ name: String) throws -> [[String]] {
      try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8).split(separator: "\n")
        .dropFirst().map { $0.split(separator: ",").map(String.init) }
    }
    let nodes = try lines("school_leader_nodes.csv")
    let edges = try lines("school_leader_edges.csv")
    site = nodes.map { Double($0[3]) ?? .nan }
    let known = nodes.compactMap { Double($0[1]) }
    let mean = known.reduce(0, +) / Double(known.count)
    efficacy = nodes.map { Double($0[1]) ?? mean }
    waves = ["collab_y1", "collab_y3"].map { relation in
      Network(
        actors: nodes.count, directed: true,
        ties: edges.filter { $0[0] == relation && (Double($0[3]) ?? 0) >= 3 }.compactMap { edge in
          guard let from = Int(edge[1]), let to = Int(edge[2]), from != to else { return nil }
          return (from - 1, to - 1)
        })
    }
  }

  func printEstimate() throws {
    for wave in waves {
      let about = NetworkDescription(wave)
      print(
        "\(about.ties) ties, density \(rounded(about.density)), reciprocity "
          + "\(rounded(about.reciprocity ?? .nan)), transitivity \(rounded(about.transitivity ?? .nan)), "
          + "\(about.isolates) isolates")
    }
    print("Jaccard \(rounded(waves[0].jaccard(waves[1])))")
    let model = PanelModel(
      directed: true,
      terms: [
        PanelModel.NetworkTerm("density", Density()),
        PanelModel.NetworkTerm("reciprocity", Reciprocity()),
        PanelModel.NetworkTerm("gwesp", SharedPartners()),
        PanelModel.NetworkTerm("popularity-sqrt", Popularity(root: true)),
        PanelModel.NetworkTerm("activity-sqrt", RootActivity()),
        PanelModel.NetworkTerm("same(site)", CovariateEffect(SameValue(), site)),
        PanelModel.NetworkTerm(
          "alter(efficacy)", CovariateEffect(AlterValue(centre: Centring(efficacy).mean), efficacy)),
      ])
    let estimate = try MomentEstimator(
      model, try Panel(waves: waves.map { PanelState($0) }), replicates: 1000
    ).estimate(seed: Seed(9), threads: 1)
    for parameter in estimate.parameters {
      print(
        "\(parameter.effect)\t\(rounded(parameter.estimate)) (\(rounded(parameter.standardError)))\t"
          + "t \(rounded(parameter.convergence ?? .nan))")
    }
    print("overall t-ratio \(rounded(estimate.overallConvergence))")
    for fit in estimate.fit {
      print("fit of \(fit.statistic): p = \(rounded(fit.p))")
      for k in fit.levels.indices {
        print(
          "  \(fit.levels[k])\t\(rounded(fit.observed[k], 0))\tsimulated \(rounded(fit.simulatedMean[k], 1)) "
            + "(\(rounded(fit.low[k], 0))–\(rounded(fit.high[k], 0)))")
      }
    }
  }
}
