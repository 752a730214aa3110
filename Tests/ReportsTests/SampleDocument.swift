import Reports
import Tables

/// A report with every kind of block, on made-up numbers of a familiar study, for the tests to render.
enum SampleDocument {
  static let balance = TidyTable(
    "balance",
    fields: [
      Field("covariate", "The covariate."),
      Field("stage", "Before or after matching."),
      Field("mean_treated", "Mean of the treated."),
      Field("mean_control", "Weighted mean of the comparators."),
      Field("smd", unit: "sd", "Standardised difference."),
      Field("variance_ratio", "Ratio of variances."),
    ],
    rows: pair("Mean socio-economic status of the school", 0.166, -0.087, 0.62, 0.71)
      + pair("Enrolment (log)", 6.71, 7.02, -0.48, 0.55)
      + pair("Share of minority pupils", 0.29, 0.26, 0.09, 1.42)
      + pair("Academic track", 0.78, 0.42, 1.31, 0.66)
      + pair("Disciplinary climate", -0.82, 0.51, -1.21, 0.93))

  private static func pair(
    _ name: String, _ treated: Double, _ control: Double, _ smd: Double, _ ratio: Double
  ) -> [[Cell]] {
    [
      [
        .text(name), .text("before"), .number(treated), .number(control), .number(smd),
        .number(ratio),
      ],
      [
        .text(name), .text("after"), .number(treated), .number(treated - smd * 0.03),
        .number(smd * 0.08), .number(1 + (ratio - 1) * 0.2),
      ],
    ]
  }

  static let coefficients = TidyTable(
    "coefficients",
    fields: [
      Field("term", "The term."), Field("estimate", unit: "points", "The estimate."),
      Field("std_error", unit: "points", "Its standard error."),
      Field("df", "Degrees of freedom."), Field("p_value", "Two-sided."),
      Field("ci_low", "Lower end."), Field("ci_high", "Upper end."),
    ],
    rows: [
      row("(Intercept)", [11.85, 0.279, 62.1, 1e-40, 11.29, 12.41]),
      row("catholic", [1.41, 0.62, 61.4, 0.0264, 0.17, 2.65]),
      row("ses", [2.41, 0.161, 88.0, 2e-24, 2.09, 2.73]),
      row("mean_ses", [4.62, 0.81, 60.2, 0.0000004, 3.0, 6.24]),
      row("catholic:ses", [-1.32, 0.31, 85.2, 0.00005, -1.94, -0.7]),
      row("catholic:mean_ses", [.nan, .nan, .nan, .nan, .nan, .nan]),
    ])

  private static func row(_ term: String, _ values: [Double]) -> [Cell] {
    [.text(term)] + values.map(Cell.number)
  }

  static let document = ReportDocument(
    title: "Catholic and public schools, High School and Beyond",
    question:
      "Do pupils in Catholic schools do better in mathematics than pupils in public schools that looked alike?",
    subtitle: "Evaluation report",
    metadata: [
      Fact("Study", "\(code: "study.yaml")"), Fact("Version", "0.1.0"), Fact("Seed", "82"),
      Fact("Commissioner", "Department for Education"), Fact("Analyst", "A. Analyst"),
      Fact("Assurer", "B. Assurer"),
    ],
    answer: Answer(
      "Pupils in Catholic schools scored \(strong: "0.20 standard deviations") higher in mathematics than pupils in matched public schools.",
      interval: "0.20 SD (95% interval 0.02 to 0.39)",
      details: [
        "The comparison rests on 58 matched pairs of schools and 5\u{202F}204 pupils. The smallest effect that it could have detected is 0.18 SD.\(footnote: "With a power of 80 per cent at the five per cent level, from the fitted intraclass correlation.")"
      ],
      cautions: [
        "Matching balances what was measured. A pupil's reasons for going to a Catholic school were not."
      ],
      figure: Figure(
        name: "attainment.effect", caption: "The effect of attending a Catholic school, by model",
        IntervalPlot(
          [
            .init("Main model", estimate: 0.2, low: 0.02, high: 0.39, isPrimary: true),
            .init(
              "Without adjustment for mean socio-economic status", estimate: 0.41, low: 0.23,
              high: 0.59),
            .init("Weighted instead of matched", estimate: 0.17, low: 0.01, high: 0.33),
          ], title: "Effect of attending a Catholic school",
          axisTitle: "Effect on mathematics (pupil SD)", detectable: 0.18))),
    sections: [design, balanceSection, models, futures, assumed])

  static let design = ReportSection(
    "Design: from register to analysis", anchor: "design",
    [
      .paragraph(
        "Both arms went through the same filters, counted here in the order in which the study file names them. A school leaves at the first rule that it fails."
      ),
      .figure(
        Figure(
          name: "comparators.flow", caption: "Schools from the register to the analysis",
          FlowDiagram(
            [
              .init("Schools on the register", [160]),
              .init("In their arm", [70, 90]),
              .init(
                "With complete covariates", [68, 85],
                excluding: [
                  .init("no mean socio-economic status", [1, 3]),
                  .init("no enrolment figure", [1, 2]),
                ]),
              .init(
                "Matched", [58, 58],
                excluding: [
                  .init("no partner within 0.25 SD of mean socio-economic status", [10, 0]),
                  .init("not chosen as a comparator", [0, 27]),
                ]),
            ], arms: ["Catholic", "Public"]))),
      .keyFigures([
        KeyFigure("58", "matched pairs of schools", detail: "of 70 Catholic schools"),
        KeyFigure("5\u{202F}204", "pupils in the analysis"),
        KeyFigure("0.18 SD", "smallest detectable effect", detail: "80% power, 5% level"),
        KeyFigure("0.10", "largest imbalance left", detail: "standardised difference"),
      ]),
    ])

  static let balanceSection = ReportSection(
    "Balance",
    [
      .paragraph(
        "Before matching, Catholic schools had better-off pupils and more of them in the academic track. After matching \(emphasis: "one") of five differences is larger than 0.1 SD; the model adjusts for it (\(reference: "section 3", to: "models"))."
      ),
      .figure(
        Figure(
          name: "comparators.love", caption: "Standardised differences before and after matching",
          LovePlot([
            .init("Mean socio-economic status of the school", before: 0.62, after: 0.05),
            .init("Enrolment (log)", before: -0.48, after: -0.04),
            .init("Share of minority pupils", before: 0.09, after: 0.01),
            .init("Academic track", before: 1.31, after: 0.1),
            .init("Disciplinary climate", before: -1.21, after: -0.11),
          ]),
          table: TableView(
            balance, caption: "Standardised differences",
            columns: [
              TableColumn("covariate", "Covariate"), TableColumn("stage", "Stage"),
              TableColumn("smd", "Difference", unit: "SD", .decimals(2)),
            ]))),
      .table(
        TableView(
          balance, caption: "Balance of covariates before and after matching",
          columns: [
            TableColumn("covariate", "Covariate"), TableColumn("stage", "Stage"),
            TableColumn("mean_treated", "Catholic", unit: "mean", .decimals(2)),
            TableColumn("mean_control", "Public", unit: "mean", .decimals(2)),
            TableColumn("smd", "Difference", unit: "SD", .decimals(2)),
            TableColumn("variance_ratio", "Variance ratio", .decimals(2)),
          ], rowLimit: 8, file: "tables/comparators.balance.csv",
          note: "Means of comparators are weighted as in the analysis.")),
    ]
      + Block.diagnostics([
        Diagnostic(
          .note, code: "calipers-dropped",
          "10 treated schools have no comparator within the caliper; the effect is that of the 58 that have."
        ),
        Diagnostic(
          .warning, code: "unmet-balance",
          "disciplinary climate differs by −0.11 SD after matching, above the 0.1 that was asked for."
        ),
      ]))

  static let models = ReportSection(
    "Models", anchor: "models",
    [
      .paragraph(
        "Pupils are nested in schools; the slope of socio-economic status varies between schools. The model is \(code: "mathach ~ catholic * ses + mean_ses + (1 + ses | school)")."
      ),
      .table(
        TableView(
          coefficients, caption: "Coefficients of the multilevel model",
          columns: [
            TableColumn("term", "Term"),
            TableColumn("estimate", "Estimate", unit: "points", .decimals(2)),
            .interval("ci_low", "ci_high", "95% interval", .decimals(2)),
            TableColumn("std_error", "Standard error", .decimals(2)),
            TableColumn("df", "Degrees of freedom", .decimals(1)),
            TableColumn("p_value", "p", .pValue),
          ])),
    ],
    subsections: [
      ReportSection(
        "Variance shares",
        [
          .definitions([
            Fact("Between schools, empty model", "18.0% of the variance in mathematics"),
            Fact("Between schools, full model", "6.4%"),
            Fact("Between pupils, full model", "93.6%"),
          ]),
          .figure(
            Figure(
              name: "attainment.schools", caption: "School effects in order",
              CaterpillarPlot(
                (0..<116).map { index in
                  let value = Double(index) / 25 - 2.3 + Double(index * 37 % 11) / 20
                  let half = 0.9 + Double(index * 53 % 17) / 20
                  return .init(
                    "School \(1000 + index)", estimate: value, low: value - half, high: value + half
                  )
                }, title: "School effects",
                valueTitle: "Difference from the average school (points)",
                noun: "schools"))),
        ])
    ])

  static func series(_ name: String, _ slope: Double, _ spread: Double) -> FanChart.Series {
    FanChart.Series(
      name,
      (0...10).map { year in
        let t = Double(year)
        let mean = slope * t * (1 - t / 30)
        let half = spread * (t / 10).squareRoot()
        return .init(time: 2025 + t, mean: mean, low: mean - half, high: mean + half)
      })
  }

  static let futures = ReportSection(
    "What would happen if schools partnered differently", anchor: "scenarios",
    [
      .paragraph(
        "400 replications of ten years under each policy. The bands hold the middle 95 per cent, with parameter and Monte Carlo uncertainty together."
      ),
      .figure(
        Figure(
          name: "futures.mean", caption: "Mean attainment under two policies",
          FanChart(
            [
              series("No new policy", 0.004, 0.03),
              series("Support for poorer schools", 0.014, 0.04),
            ], title: "Mean attainment under two policies",
            valueTitle: "Mean attainment, difference from 2025 (pupil SD)"))),
      .figure(
        Figure(
          name: "futures.gap", caption: "The gap between poorer and richer pupils, by policy",
          FanChart(
            [
              series("No new policy", 0.001, 0.02),
              series("Support for poorer schools", -0.012, 0.03),
              series("Federate high with low performing", -0.006, 0.025),
              series("Hubs", -0.002, 0.03),
            ], title: "Attainment gap by policy",
            valueTitle: "Gap, difference from 2025 (pupil SD)", arrangement: .panels))),
    ])

  static let assumed = ReportSection(
    "What was assumed, and how to run it again",
    [
      .checklist([
        ChecklistItem(.met, "The plan was frozen before outcomes were attached."),
        ChecklistItem(.notMet, "All covariates are balanced within 0.1 SD."),
        ChecklistItem(.notApplicable, "Suppressed cells are below the threshold of the profile."),
      ]),
      .paragraph("To derive every number of this report again:"),
      .code("counterpart verify study.yaml\ncounterpart run study.yaml --fresh --threads 2"),
    ])
}
