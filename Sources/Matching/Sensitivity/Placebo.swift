internal import Designs
public import StudyFiles
internal import Tables

/// Negative controls: the design's estimate of what treatment cannot have changed, such as the outcome of a
/// year before joining or an outcome it does not touch (Lipsitch, Tchetgen Tchetgen & Cohen 2010,
/// DOI 10.1097/EDE.0b013e3181d61eeb). An effect there is the bias that is left, or some of it.
public struct Placebo: SensitivityCheck {
  public let columns: [LocatedText]

  public init(columns: [LocatedText]) { self.columns = columns }

  public static let mainKey: String? = "columns"

  public func run(_ context: SensitivityContext) throws(MatchingError) -> SensitivityResult {
    var rows: [DesignEffect] = []
    var diagnostics: [Diagnostic] = []
    for name in columns {
      guard let values = context.covariate(name.text) else { continue }
      // What is asked about cannot be adjusted for as well.
      let adjust = context.adjust.filter { $0.name != name.text }
      let effect = try context.effect(of: values, adjust: adjust)
      rows.append(effect)
      if effect.pValue < 0.05 {
        diagnostics.append(
          Diagnostic(
            .warning, code: "placebo-effect",
            "the design finds an effect of \(threeDecimals(effect.hedgesG)) standard deviations on "
              + "`\(name.text)`, which treatment cannot have changed: what it finds elsewhere is in doubt"
          ))
      }
    }
    return SensitivityResult(tables: [TidyTable("placebo", rows)], diagnostics: diagnostics)
  }
}
