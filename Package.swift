// swift-tools-version: 6.2
import PackageDescription

/// Warnings stop the build where this is set (CI and `make test` set it); dependents are never bothered.
let warningsStopTheBuild = Context.environment["COUNTERPART_WARNINGS_AS_ERRORS"] != nil

let settings: [SwiftSetting] =
  [
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ] + (warningsStopTheBuild ? [.treatAllWarnings(as: .error)] : [])

/// Without Foundation nothing else links the C mathematics library.
let libm: [LinkerSetting] = [.linkedLibrary("m", .when(platforms: [.linux]))]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings, linkerSettings: libm)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: settings,
    linkerSettings: libm)
}

let package = Package(
  name: "Counterpart",
  products: [
    .library(
      name: "Counterpart",
      targets: [
        "Counterpart", "Designs", "EventStudy", "Imputation", "LinearAlgebra", "Matching",
        "Multilevel", "Networks", "Probability", "Regression", "Reports", "StudyFiles", "Tables",
      ]),
    .executable(name: "counterpart", targets: ["CounterpartCLI"]),
  ],
  dependencies: [
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
  ],
  targets: [
    // 0 · numbers and tables
    .systemLibrary(
      name: "CLAPACK", providers: [.apt(["liblapack-dev", "libblas-dev"])]),
    library("LinearAlgebra", ["CLAPACK"]),
    library("Probability"),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CReadStat", providers: [.apt(["libreadstat-dev"])]),
    library("Tables", ["CReadStat", "CZlib"]),

    // 1 · vocabulary
    library("StudyFiles", ["Tables", .product(name: "Yams", package: "Yams")]),
    library("Designs", ["LinearAlgebra", "Probability", "StudyFiles", "Tables"]),
    library("Regression", ["LinearAlgebra", "Probability", "Tables"]),

    // 2 · methods: siblings never import each other
    library(
      "Matching",
      ["Designs", "LinearAlgebra", "Probability", "Regression", "StudyFiles", "Tables"]),
    library(
      "Multilevel",
      ["Designs", "LinearAlgebra", "Probability", "Regression", "StudyFiles", "Tables"]),
    library("Imputation", ["Designs", "LinearAlgebra", "Probability", "StudyFiles", "Tables"]),
    library("EventStudy", ["Designs", "LinearAlgebra", "Probability", "StudyFiles", "Tables"]),
    library("Networks", ["Designs", "LinearAlgebra", "Probability", "StudyFiles", "Tables"]),
    library("Reports", ["Tables"]),

    // 3 · the engine
    library(
      "Counterpart",
      [
        "Designs", "EventStudy", "Imputation", "LinearAlgebra", "Matching", "Multilevel",
        "Networks", "Probability", "Regression", "Reports", "StudyFiles", "Tables",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),

    // 4 · the command
    .executableTarget(
      name: "CounterpartCLI",
      dependencies: [
        "Counterpart", "StudyFiles", "Tables",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: settings, linkerSettings: libm),

    .target(
      name: "TestSupport", dependencies: ["LinearAlgebra", "Probability", "Tables"],
      path: "Tests/TestSupport", swiftSettings: settings, linkerSettings: libm),
    tests("LinearAlgebraTests", ["LinearAlgebra", "Probability"]),
    tests("ProbabilityTests", ["Probability", "Tables"]),
    tests("TablesTests", ["Tables", "Probability"]),
    tests("StudyFilesTests", ["StudyFiles", "Tables"]),
    tests("DesignsTests", ["Designs", "LinearAlgebra", "Tables"]),
    tests("RegressionTests", ["Regression", "LinearAlgebra", "Probability", "Tables"]),
    tests(
      "MatchingTests",
      ["Matching", "Designs", "LinearAlgebra", "Probability", "Regression", "StudyFiles", "Tables"]),
    tests(
      "MultilevelTests",
      ["Multilevel", "Designs", "LinearAlgebra", "Probability", "StudyFiles", "Tables"]),
    tests(
      "ImputationTests",
      [
        "Imputation", "Designs", "LinearAlgebra", "Multilevel", "Probability", "StudyFiles",
        "Tables",
      ]),
    tests(
      "EventStudyTests",
      ["EventStudy", "Designs", "LinearAlgebra", "Probability", "StudyFiles", "Tables"]),
    tests(
      "NetworksTests",
      ["Networks", "Designs", "LinearAlgebra", "Probability", "StudyFiles", "Tables"]),
    tests("ReportsTests", ["Reports", "Tables"]),
    tests(
      "CounterpartTests", ["Counterpart", "Designs", "Probability", "StudyFiles", "Tables"]),
    tests("StudyTests", ["Counterpart", "StudyFiles", "Tables"]),
  ],
  swiftLanguageModes: [.v6]
)
