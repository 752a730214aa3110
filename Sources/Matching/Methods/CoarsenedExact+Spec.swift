public import StudyFiles

extension CoarsenedExact {
  public static let name = "cem"

  public static let documentation = ChoiceDocumentation(
    summary: "strata of units in the same bins of every covariate; units without a fellow leave",
    formula: "i and j are in one stratum where bin(x_i) = bin(x_j) for every covariate",
    reference: "Iacus, King & Porro 2012, DOI 10.1093/pan/mpr013")

  static let binsKey = Key(
    "bins",
    ValueFormat<[Named<Int>]>.named(
      .integer("a whole number from 1", atLeast: 1, atMost: 1_000_000)),
    default: [], shown: "Sturges' number for each",
    "number of bins of equal width, by covariate; 1 leaves it out of the match")
  static let cutpointsKey = Key(
    "cutpoints", ValueFormat<[Named<[Double]>]>.named(.list(of: .number("a number"), atLeast: 1)),
    default: [], shown: "none", "values at which bins begin, by covariate")

  public static let keys = [AnyKey(binsKey), AnyKey(cutpointsKey)]

  public init(from section: Section) throws(SpecErrors) {
    let bins = try section.read(Self.binsKey)
    let cutpoints = try section.read(Self.cutpointsKey)
    for cut in cutpoints where bins.contains(where: { $0.name.text == cut.name.text }) {
      throw section.error(
        .rule("`\(cut.name.text)` has `bins` and `cutpoints`: give one of them"), at: "cutpoints")
    }
    self.init(
      bins.map { Rule($0.name.text, .bins($0.value)) }
        + cutpoints.map { Rule($0.name.text, .cutpoints($0.value)) })
  }
}
