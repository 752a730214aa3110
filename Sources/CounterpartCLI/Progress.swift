import ArgumentParser
import Counterpart
import Foundation
import Synchronization

/// How progress is shown on standard error.
enum ProgressStyle: String, CaseIterable, ExpressibleByArgument {
  case bar
  case lines
  case none
}

/// Turns a run's events into a moving line on a terminal, or into lines, or into nothing.
final class ProgressDisplay: Sendable {
  private let style: ProgressStyle
  private let state = Mutex(State())

  private struct State {
    var step = ""
    var startedAt = Date()
    var lastDrawn = Date.distantPast
  }

  init(_ style: ProgressStyle?) {
    self.style = style ?? (Terminal.showsProgress ? .bar : .none)
  }

  func show(_ event: RunEvent) {
    guard style != .none else { return }
    state.withLock { state in
      switch event {
      case .reading(let table, let file): line("reading \(table) from \(file)", ends: true)
      case .stepStarted(let name, let kind, let number, let count):
        state.step = "[\(number)/\(count)] \(name) (\(kind))"
        state.startedAt = Date()
        state.lastDrawn = Date.distantPast
        line(state.step, ends: style == .lines)
      case .stepProgress(_, let done, let total):
        let now = Date()
        guard style == .bar || done == total || now.timeIntervalSince(state.lastDrawn) > 10 else {
          return
        }
        guard now.timeIntervalSince(state.lastDrawn) > 0.2 || done == total else { return }
        state.lastDrawn = now
        let elapsed = now.timeIntervalSince(state.startedAt)
        let left = done > 0 ? elapsed / Double(done) * Double(total - done) : 0
        line(
          "\(state.step): \(done) of \(total), about \(Int(left.rounded(.up))) s left",
          ends: style == .lines)
      case .stepFinished:
        let elapsed = Date().timeIntervalSince(state.startedAt)
        line(
          "\(state.step): done in \(String(format: "%.1f", elapsed)) s", ends: true)
      case .stepKept(let name, let kind, let number, let count):
        line("[\(number)/\(count)] \(name) (\(kind)): kept from an earlier run", ends: true)
      case .writing(let folder): line("writing \(folder)", ends: true)
      }
    }
  }

  private func line(_ text: String, ends: Bool) {
    let clear = style == .bar ? "\r\u{1B}[K" : ""
    Terminal.status(clear + text + (ends ? "\n" : ""))
  }
}
