/// What a tie of one relation is worth by the ties of another among the same actors: *c_ij*(*w*), where *x* is the
/// relation that chooses and *w* the other one.
///
/// As an effect it is *s_i*(*x*, *w*) = Σ_j *x_ij* *c_ij*(*w*), so that a tie's change is *c_ij*(*w*) whether there is one
/// or not. Snijders, Lomi & Torló (2013), doi:10.1016/j.socnet.2012.05.005.
public protocol RelationFunction: Sendable {
  /// Where the value can differ from zero, by the ties of the other relation.
  var reach: Reach { get }

  /// *c_ij*(*w*)
  func value(_ other: borrowing Network, ego: Int, alter: Int) -> Double
}

/// Whether the ego has a tie to the alter in the other relation: *w_ij*.
public struct TiedThere: RelationFunction {
  public init() {}
  public var reach: Reach { .neighbours }
  public func value(_ other: borrowing Network, ego: Int, alter: Int) -> Double {
    other.hasTie(ego, alter) ? 1 : 0
  }
}

/// Whether the alter has a tie to the ego in the other relation: *w_ji*.
public struct ReturnedThere: RelationFunction {
  public init() {}
  public var reach: Reach { .neighbours }
  public func value(_ other: borrowing Network, ego: Int, alter: Int) -> Double {
    other.hasTie(alter, ego) ? 1 : 0
  }
}

/// How many two-paths lead from the ego to the alter in the other relation: Σ_h *w_ih* *w_hj*.
public struct ClosedThere: RelationFunction {
  public init() {}
  public var reach: Reach { .partnersOfPartners }
  public func value(_ other: borrowing Network, ego: Int, alter: Int) -> Double {
    Double(other.twoPaths(from: ego, to: alter))
  }
}

/// How many ties the alter receives in the other relation: Σ_h *w_hj*.
public struct PopularThere: RelationFunction {
  public init() {}
  public var reach: Reach { .everywhere }
  public func value(_ other: borrowing Network, ego: Int, alter: Int) -> Double {
    Double(other.inDegree(alter))
  }
}

/// How many ties the ego sends in the other relation: Σ_h *w_ih*.
public struct ActiveThere: RelationFunction {
  public init() {}
  public var reach: Reach { .own }
  public func value(_ other: borrowing Network, ego: Int, alter: Int) -> Double {
    Double(other.degree(ego))
  }
}
