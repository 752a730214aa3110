internal import LinearAlgebra
internal import Probability
internal import StudyFiles
internal import Tables

/// Runs a study and leaves its results in a folder.
public struct Runner: Sendable {
  public let study: Study
  /// The folder that the results take the place of.
  public let output: String
  public let threads: Int
  /// Run this step and those it needs, and no others.
  public let only: String?
  /// Where finished steps are kept and found; `nil` to compute every step and keep none.
  public let kept: KeptSteps?
  /// Held while results are put in their place.
  public let publication = PublicationLock()

  public init(
    study: Study, output: String, threads: Int, only: String? = nil, kept: KeptSteps? = nil
  ) {
    self.study = study
    self.output = output
    self.threads = threads
    self.only = only
    self.kept = kept
  }

  /// Runs every step in order and writes the folder.
  ///
  /// - Parameter notify: called as the run goes on, from any thread.
  /// - Throws: ``RunError``; what an earlier run left stays as it was.
  public func run(
    _ notify: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) throws(RunError) -> RunSummary {
    let steps = try chosenSteps()
    let plan = try FrozenPlan(of: study)
    // Before anything is computed: results that could not be written would be lost.
    _ = try OutputFolder.usable(output, for: .run)
    let loaded = try LoadedStudy(study, notify)
    BLAS.useOneThread()
    let results = try results(of: steps, on: loaded, notify)
    notify(.writing(folder: output))
    let outcome = RunOutcome(study: study, loaded: loaded, results: results, plan: plan)
    let folder = try OutputFolder(path: output, contents: .run)
    do throws(RunError) {
      try outcome.write(to: folder)
      try publication.withLock { () throws(RunError) in try folder.publish() }
    } catch {
      folder.discard()
      throw error
    }
    return RunSummary(outcome: outcome, folder: output)
  }

  /// Takes away what an interrupted run has written so far.
  public func discard() { FileAccess.remove(OutputFolder.draftPath(for: output)) }

  private func chosenSteps() throws(RunError) -> [Study.NamedStep] {
    let sorted = StepOrder.sorted(study.steps)
    guard let only else { return sorted }
    let names = study.steps.map(\.name.text)
    guard names.contains(only) else {
      let place = SourceLocation(file: "--only \(only)", line: 1, column: 1)
      throw .study(
        SpecErrors(
          SpecError(.unknownName(only, kind: "step", known: names), path: "", at: place)))
    }
    let wanted = StepOrder.closure(of: only, in: study.steps)
    return sorted.filter { wanted.contains($0.name.text) }
  }

  private func results(
    of steps: [Study.NamedStep], on loaded: LoadedStudy,
    _ notify: @escaping @Sendable (RunEvent) -> Void
  ) throws(RunError) -> [NamedResult] {
    let fingerprints = kept?.fingerprints(of: study, inputHashes: loaded.inputHashes)
    let earlier = earlierResults(of: steps, fingerprints)
    var results: [NamedResult] = []
    for (position, named) in steps.enumerated() {
      let name = named.name.text
      let fingerprint = fingerprints?[name]
      if let result = earlier[name] {
        results.append(NamedResult(name: name, kind: named.kind, result: result))
        notify(
          .stepKept(name: name, kind: named.kind, number: position + 1, of: steps.count))
        continue
      }
      notify(
        .stepStarted(name: name, kind: named.kind, number: position + 1, of: steps.count))
      let needed = Set(named.step.needs.map(\.step.text))
      let demanded = steps.flatMap(\.step.needs).filter { $0.step.text == name }.map(\.provision)
      let context = StepContext(
        name: name, study: study, data: loaded.data, streams: loaded.streams, places: loaded.places,
        calendar: loaded.calendar, seed: study.seed[name], threads: threads,
        earlier: Dictionary(
          uniqueKeysWithValues: results.filter { needed.contains($0.name) }.map {
            ($0.name, $0.result)
          }), demanded: Set(demanded),
        blocks: fingerprint.flatMap { kept?.blocks(of: name, fingerprint: $0) },
        progress: { done, total in
          notify(.stepProgress(name: name, done: done, total: total))
        })
      let start = ContinuousClock.now
      let result = try named.step.run(context)
      if let kept, let fingerprint,
        ContinuousClock.now - start >= kept.least
      {
        kept.keep(result, of: name, fingerprint: fingerprint)
      }
      // What the step has kept of itself is in its result.
      context.blocks?.remove()
      results.append(NamedResult(name: name, kind: named.kind, result: result))
      notify(.stepFinished(name: name))
    }
    return results
  }
}

extension Runner {
  /// Results of earlier runs that stand for steps of this one.
  ///
  /// Fitted models and the like cannot be written: a result without them is of use where every step that needs it is
  /// there as well.
  private func earlierResults(
    of steps: [Study.NamedStep], _ fingerprints: StepFingerprints?
  ) -> [String: StepResult] {
    guard let kept, let fingerprints else { return [:] }
    var found: [String: StepResult] = [:]
    for named in steps.reversed() {
      let name = named.name.text
      guard let fingerprint = fingerprints[name],
        let (result, isWhole) = kept.result(of: name, fingerprint: fingerprint)
      else { continue }
      let later = steps.filter { $0.step.needs.contains { $0.step.text == name } }
      if isWhole || later.allSatisfy({ found[$0.name.text] != nil }) { found[name] = result }
    }
    return found
  }
}

/// A step's result under its name.
struct NamedResult: Sendable {
  let name: String
  let kind: String
  let result: StepResult
}
