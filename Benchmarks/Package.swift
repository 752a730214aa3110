// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "Counterpart", path: "..")],
  targets: [
    .executableTarget(
      name: "ReadingBenchmark",
      dependencies: [.product(name: "Counterpart", package: "Counterpart")],
      path: "reading/ReadingBenchmark")
  ],
  swiftLanguageModes: [.v6]
)
