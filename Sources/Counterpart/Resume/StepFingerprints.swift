internal import Probability
internal import StudyFiles
internal import Tables

/// What the result of each step depends on, as a hash a step: equal hashes mean equal results.
///
/// A step depends on its own name and settings, on the steps it needs, on the study's data section,
/// preparations, population and seed, on the bytes of every input, and on program and machine.
struct StepFingerprints: Sendable {
  private let byName: [String: String]

  /// - Parameter program: what tells one build of the program from another.
  init(_ study: Study, inputHashes: [String: String], program: String) {
    let shared = ["data", "prepare", "population", "treatment", "base", "primary", "estimand"]
    var common = [Version.current, program, Machine.current.json.text, "\(study.seed.rawValue)"]
    if case .mapping(let pairs) = study.root.content {
      common += pairs.filter { shared.contains($0.key.text) }.map {
        $0.key.text + ":" + $0.value.canonicalText
      }
    }
    // Whom a comparator may be is decided by the last outcome of all steps.
    common.append("follow \(study.largestLag ?? 0)")
    common += inputHashes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    let foundation = Digest.of(common.joined(separator: "\n"))
    var byName: [String: String] = [:]
    for named in StepOrder.sorted(study.steps) {
      let needed = named.step.needs.map { byName[$0.step.text] ?? "" }
      // What repeats the study depends on all of it.
      let whole =
        (named.step as? RehearseStudyStep).map { step in
          [
            study.root.canonicalText,
            (try? FileAccess.read(study.resolve(path: step.synth.text))) ?? "",
          ]
        } ?? []
      byName[named.name.text] = Digest.of(
        (whole + [foundation, named.name.text, named.kind, named.section.node.canonicalText]
          + needed)
          .joined(separator: "\n"))
    }
    self.byName = byName
  }

  subscript(step: String) -> String? { byName[step] }
}
