/// What happens during a run, for whoever shows progress. The library itself prints nothing.
public enum RunEvent: Sendable, Hashable {
  case reading(table: String, file: String)
  case stepStarted(name: String, kind: String, number: Int, of: Int)
  case stepProgress(name: String, done: Int, total: Int)
  case stepFinished(name: String)
  /// An earlier run's result of the step still holds.
  case stepKept(name: String, kind: String, number: Int, of: Int)
  case writing(folder: String)
}
