// swift-tools-version: 6.2
import PackageDescription

func benchmark(_ name: String, in folder: String) -> Target {
  .executableTarget(
    name: name, dependencies: [.product(name: "Counterpart", package: "Counterpart")],
    path: "\(folder)/\(name)")
}

let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "Counterpart", path: "..")],
  targets: [
    benchmark("CoverageBenchmark", in: "coverage"),
    benchmark("MatchingBenchmark", in: "matching"),
    benchmark("MultilevelBenchmark", in: "multilevel"),
    benchmark("NetworksBenchmark", in: "networks"),
    benchmark("ReadingBenchmark", in: "reading"),
  ],
  swiftLanguageModes: [.v6]
)
