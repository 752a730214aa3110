internal import FoundationEssentials
internal import LinearAlgebra
internal import Tables

/// The parts of a machine on which the last bits of a result can depend.
struct Machine: Sendable, Hashable {
  let architecture: String
  /// Vector instructions that a BLAS or a C library may choose to use.
  let processorFeatures: [String]
  let blas: String

  static var current: Machine {
    Machine(
      architecture: architectureName, processorFeatures: detectedFeatures, blas: BLAS.name)
  }

  var json: JSON {
    [
      "architecture": .string(architecture),
      "processor_features": .array(processorFeatures.map(JSON.string)), "blas": .string(blas),
    ]
  }

  private static var architectureName: String {
    #if arch(x86_64)
      "x86_64"
    #elseif arch(arm64)
      "arm64"
    #else
      "other"
    #endif
  }

  private static var detectedFeatures: [String] {
    let relevant = [
      "sse4_2", "avx", "avx2", "fma", "avx512f", "avx512dq", "avx512vl", "asimd", "sve",
    ]
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: {
        $0.hasPrefix("flags") || $0.hasPrefix("Features")
      })
    else { return [] }
    let flags = Set(line.split(whereSeparator: { " :\t".contains($0) }).map(String.init))
    return relevant.filter(flags.contains)
  }
}
