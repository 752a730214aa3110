/// The version of Counterpart: part of what a run's lock records.
public enum Version {
  public static let current = "0.1.0"
}
