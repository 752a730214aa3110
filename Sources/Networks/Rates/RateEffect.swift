internal import Probability

/// What makes some actors have more opportunities than others: one term of *λ_i* = ρ exp(Σ_k α_k *a_ik*).
///
/// Snijders (2001), doi:10.1111/0081-1750.00099, section 5.
public protocol RateEffect: Sendable {
  /// Whether *a_i* changes when ties of the actor do.
  var followsTies: Bool { get }
  /// *a_i*
  func value(_ network: borrowing Network, actor: Int) -> Double
}

/// By a covariate: *a_i* = *v_i* − mean.
public struct CovariateRate: RateEffect {
  private let values: [Double]

  /// - Parameter values: one an actor; centred here.
  public init(_ values: [Double]) {
    let mean = values.reduce(0, +) / Double(max(1, values.count))
    self.values = values.map { $0 - mean }
  }

  public var followsTies: Bool { false }
  public func value(_ network: borrowing Network, actor: Int) -> Double { values[actor] }
}

/// By the number of ties: *a_i* = *g*(*d_i*), with *d_i* of ties sent, received or returned, and *g*(*d*) = *d*,
/// ln(*d* + 1) or 1 / (*d* + 1).
public struct DegreeRate: RateEffect {
  public enum Ties: Sendable, Hashable { case sent, received, returned }
  public enum Shape: Sendable, Hashable { case linear, logarithmic, inverse }

  let ties: Ties
  let shape: Shape

  public init(_ ties: Ties = .sent, _ shape: Shape = .linear) {
    self.ties = ties
    self.shape = shape
  }

  public var followsTies: Bool { true }

  public func value(_ network: borrowing Network, actor: Int) -> Double {
    let degree: Int
    switch ties {
    case .sent: degree = network.degree(actor)
    case .received: degree = network.inDegree(actor)
    case .returned:
      degree = (0..<network.degree(actor)).count {
        network.hasTie(Int(network.partner($0, of: actor)), actor)
      }
    }
    switch shape {
    case .linear: return Double(degree)
    case .logarithmic: return PortableMath.log(Double(degree + 1))
    case .inverse: return 1 / Double(degree + 1)
    }
  }
}
