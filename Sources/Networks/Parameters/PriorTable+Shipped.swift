extension PriorTable {
  /// The priors that come with the program; `Data/priors/priors.csv` is the same table for readers.
  public static let shipped = PriorTable(
    effects + leadership + timing + places + programmes + assumptions)

  private static let effects = [
    Prior(
      "federation-effect", .normal(mean: 0.05, sd: 0.05), unit: "sd", .assumption,
      "what federation adds to pupils' attainment once it has arrived",
      source:
        "direction: Chapman & Muijs (2014) and the 2009 and 2011 studies for the National College; no size "
        + "is published in what could be read, and open data of 2019 show none, so zero is well inside"
    ),
    Prior(
      "performance-federation-effect", .normal(mean: 0.08, sd: 0.08), unit: "sd", .assumption,
      "what a federation of a strong and a weak school adds to attainment of the weak one",
      source:
        "direction: Chapman & Muijs (2014), strongest type; Muijs (2015), ORE 41(5); size not found"
    ),
    Prior(
      "city-challenge-effect", .normal(mean: 0.03, sd: 0.06), unit: "sd", .assumption,
      "what a family of schools adds to attainment",
      source:
        "direction: Ainscow (2012), Hutchings et al. (2012) DFE-RR215; the gains of London predate the "
        + "Challenge (Greaves, Macmillan & Sibieta 2014), so zero is inside"),
    Prior(
      "trust-effect", .normal(mean: 0, sd: 0.03), unit: "sd", .evidence,
      "what a trust adds to attainment on average",
      source: "Bernardinelli et al. (2018), UCL: no effect overall; the spread is an assumption"),
    Prior(
      "large-trust-penalty", .normal(mean: -0.03, sd: 0.03), unit: "sd", .assumption,
      "what secondary schools of trusts of 16 or more schools lose",
      source: "direction: Bernardinelli et al. (2018); size not found"),
    Prior(
      "chain-spread", .uniform(low: 0.05, high: 0.15), unit: "sd", .assumption,
      "standard deviation of the effect between trusts",
      source:
        "direction: Hutchings & Francis, Chain Effects (Sutton Trust 2017): 12 of 58 above and 38 of 58 "
        + "below the national mean for disadvantaged pupils"),
    Prior(
      "sponsored-academy-before", .normal(mean: 1.2, sd: 0.6), unit: "grades in one subject",
      .evidence,
      "gain in the year before a school becomes a sponsored academy (after 2010)",
      source: "Andrews et al. (2017), EPI and LSE; the spread, half of it, is an assumption"),
    Prior(
      "sponsored-academy-after", .normal(mean: 1.7, sd: 0.85), unit: "grades in one subject",
      .evidence,
      "gain in the year after a school becomes a sponsored academy (after 2010); it fades over three years",
      source: "Andrews et al. (2017), EPI and LSE; the spread, half of it, is an assumption"),
  ]

  private static let leadership = [
    leadership("teacher-learning", 0.84, "promoting and participating in teacher learning"),
    leadership("curriculum", 0.42, "planning, coordinating and evaluating teaching and curriculum"),
    leadership("goals", 0.42, "establishing goals and expectations"),
    leadership("resourcing", 0.31, "resourcing strategically"),
    leadership("environment", 0.27, "ensuring an orderly and supportive environment"),
    Prior(
      "school-and-teacher-share", .uniform(low: 0.15, high: 0.5), unit: "", .evidence,
      "share of pupils' variance between schools and teachers together",
      source: "Sammons (2007); of school and teacher together, so no bound on schools alone"),
    Prior(
      "school-share-progress8", .normal(mean: 0.15, sd: 0.025), unit: "", .evidence,
      "share of the variance of Progress 8 between schools",
      source: "FFT Education Datalab (2020), for 2015/16; the spread is an assumption"),
  ]

  /// Sizes of leadership practices, not of partnership.
  private static func leadership(_ name: String, _ value: Double, _ meaning: String) -> Prior {
    Prior(
      "leadership-\(name)", .normal(mean: value, sd: value / 2), unit: "sd", .evidence,
      "association of leadership by \(meaning) with pupils' outcomes",
      source:
        "Robinson, Hohepa & Lloyd (2009), Best Evidence Synthesis; of leadership practices, not of "
        + "partnership; the spread, half of it, is an assumption")
  }

  private static let timing = [
    Prior(
      "federation-lag", .uniform(low: 2, high: 4), unit: "years", .evidence,
      "years from forming a federation to its impact",
      source: "Chapman, Muijs & MacAllister (2011), National College: two to four years"),
    Prior(
      "sponsor-fade", .fixed(3), unit: "years", .evidence,
      "years over which the gain of a sponsored academy fades",
      source: "Andrews et al. (2017), EPI and LSE"),
    Prior(
      "decay-after-funding", .uniform(low: 0.1, high: 0.9), unit: "a year", .assumption,
      "share of what a partnership has reached that is lost in each year after its end",
      source: "Armstrong (2015) and Atkinson et al. (2007) review persistence; no number was found"),
  ]

  private static let places = [
    Prior(
      "federation-distance", .lognormal(median: 5, sd: 0.75), unit: "km", .evidence,
      "distance between two members of a federation",
      source:
        "register of groups, March 2022: median 5.0 km, 90th percentile 13.1 km; survivors only"),
    Prior(
      "trust-secondary-distance", .lognormal(median: 42.9, sd: 1.73), unit: "km", .evidence,
      "distance between two secondary schools of a trust",
      source: "register of groups, March 2022: median 42.9 km, 33 % below 20 km; survivors only"),
    Prior(
      "federation-same-faith", .fixed(0.74), unit: "", .evidence,
      "share of federations' pairs of members of one faith",
      source: "register of groups, March 2022; survivors only"),
    Prior(
      "isolation-slope", .uniform(low: -1.06, high: -0.745), unit: "percentage points a km",
      .evidence,
      "attainment of poor pupils (five good GCSEs) by distance from other secondary schools",
      source: "Ambition School Leadership (2015): -1.06 as observed, -0.745 adjusted"),
    Prior(
      "staff-move-ratio", .fixed(10), unit: "", .evidence,
      "staff moves within a trust over moves between unconnected schools as far apart, at least",
      source: "NFER, as reported by Schools Week"),
  ]

  private static let programmes = [
    Prior(
      "hub-count", .fixed(32), unit: "hubs", .evidence, "mathematics hubs",
      source: "Armstrong (2015)"),
    Prior(
      "hub-budget", .fixed(11_000_000), unit: "GBP", .evidence, "budget of the mathematics hubs",
      source: "Armstrong (2015)"),
    Prior(
      "federation-payment", .fixed(25_000), unit: "GBP", .evidence,
      "payment to a chain of primary schools that federates",
      source: "Education Committee, HC 999"),
    Prior(
      "leader-density", .fixed(0.2), unit: "", .evidence,
      "density of collaboration among school leaders after two years; 0.042 at the start",
      source: "Daly's network of 43 school leaders (Carolan 2014, chapter 9)"),
    Prior(
      "leader-reciprocity", .fixed(0.5), unit: "", .evidence,
      "reciprocity of the same; 0.19 at the start",
      source: "Daly's network of 43 school leaders (Carolan 2014, chapter 9)"),
  ]

  private static let assumptions = [
    assumption(
      "support-raise", .normal(mean: 0.5, sd: 0.5), "log odds",
      "what support adds to the worth of a tie"),
    assumption(
      "incentive-raise", .normal(mean: 0.5, sd: 0.5), "log odds",
      "what a payment adds to the worth of a tie"),
    assumption(
      "crowding-out", .normal(mean: -0.1, sd: 0.1), "log odds",
      "what is left of the worth of a tie's change once payments have stopped"),
    assumption(
      "workload-per-tie", .uniform(low: 0, high: 0.02), "sd",
      "attainment lost for each partner beyond what a school can sustain"),
    assumption(
      "diffusion-rate", .uniform(low: 0, high: 0.05), "a year",
      "share of the gap to better partners that is closed in a year"),
    assumption(
      "head-turnover", .uniform(low: 0.05, high: 0.15), "a year",
      "share of schools whose head leaves in a year"),
    assumption(
      "rebrokerage", .uniform(low: 0, high: 0.1), "a year",
      "share of weak schools of trusts that move to another trust in a year"),
    assumption(
      "programme-effect", .normal(mean: 0.04, sd: 0.06), "sd",
      "what full participation in an improvement partnership adds to attainment"),
    assumption(
      "hub-effect", .normal(mean: 0.02, sd: 0.03), "sd",
      "what being served by a hub adds to attainment"),
  ]

  private static func assumption(
    _ name: String, _ spread: Spread, _ unit: String, _ meaning: String
  ) -> Prior {
    Prior(
      name, spread, unit: unit, .assumption, meaning,
      source: "no usable number was found; wide, and to be kept in every sensitivity design")
  }
}
