public import Foundation

/// The reference results that lie beside a checkout on some machines, and are not part of the project.
public enum SharedReference {
  /// The folder `../shared/reference`, where it is present.
  public static let folder: URL? = {
    let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let folder = checkout.deletingLastPathComponent().appendingPathComponent("shared/reference")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }()

  public static var isPresent: Bool { folder != nil }

  /// Said by a suite that needs the folder and does not find it, so that the skip is seen.
  public static let absence = "skipped: ../shared/reference is not on this machine"
}

/// The root of the checkout, for tests that read `Data/` or `Tests/Fixtures/`.
public let checkoutFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent()

/// `Tests/Fixtures`.
public let fixturesFolder = checkoutFolder.appendingPathComponent("Tests/Fixtures")
