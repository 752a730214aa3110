// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "MultilevelBenchmark",
  dependencies: [.package(name: "Counterpart", path: "../..")],
  targets: [
    .executableTarget(
      name: "MultilevelBenchmark",
      dependencies: [.product(name: "Counterpart", package: "Counterpart")])
  ],
  swiftLanguageModes: [.v6]
)
