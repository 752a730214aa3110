internal import Probability

/// An effect of the ego's number of ties *d_i* alone, sent ones where directed: *s_i* = *g*(*d_i*).
public protocol OwnDegreeEffect: OwnEffect {
  /// *g*(*d*).
  func value(_ degree: Int) -> Double
}

extension OwnDegreeEffect {
  public func gain(_ network: borrowing Network, ego: Int, tied: Bool) -> Double {
    let degree = network.degree(ego)
    if !tied { return value(degree + 1) - value(degree) }
    return degree > 0 ? value(degree) - value(degree - 1) : 0
  }

  public func statistic(_ network: borrowing Network, ego: Int) -> Double {
    value(network.degree(ego))
  }
}

/// Those that have many ties make more: *s_i* = *d_i*².
public struct Activity: OwnDegreeEffect {
  public init() {}
  public func value(_ degree: Int) -> Double { Double(degree * degree) }
}

/// The same, growing more slowly: *s_i* = *d_i*^1.5.
public struct RootActivity: OwnDegreeEffect {
  public init() {}
  public func value(_ degree: Int) -> Double { Double(degree) * Double(degree).squareRoot() }
}

/// Having at least some ties: *s_i* = min(*d_i*, *c*).
public struct TruncatedDegree: OwnDegreeEffect {
  /// *c*
  public let limit: Int

  public init(limit: Int = 1) { self.limit = limit }
  public func value(_ degree: Int) -> Double { Double(min(degree, limit)) }
}

/// Having no tie, or sending none where directed: *s_i* = 1{*d_i* = 0}.
public struct Isolation: OwnDegreeEffect {
  public init() {}
  public func value(_ degree: Int) -> Double { degree == 0 ? 1 : 0 }
}

/// Workload: ties beyond what an actor can carry, *s_i* = max(0, *d_i* − *k*).
public struct Capacity: OwnDegreeEffect {
  /// *k*
  public let limit: Int

  public init(limit: Int) { self.limit = limit }
  public func value(_ degree: Int) -> Double { Double(max(0, degree - limit)) }
}

/// Those who receive many ties send more: *s_i* = *d_i* · *g*(indegree_i), with *g*(*d*) = *d* or √*d*. For directed
/// networks.
public struct InActivity: OwnEffect {
  /// Whether the square root is taken.
  public let isRoot: Bool

  public init(root: Bool = false) { isRoot = root }

  public func gain(_ network: borrowing Network, ego: Int, tied: Bool) -> Double {
    let received = Double(network.inDegree(ego))
    return isRoot ? received.squareRoot() : received
  }

  public func statistic(_ network: borrowing Network, ego: Int) -> Double {
    Double(network.degree(ego)) * gain(network, ego: ego, tied: false)
  }
}
