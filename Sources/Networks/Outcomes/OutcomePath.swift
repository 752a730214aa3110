internal import Probability

/// What partnership does to outcomes, with its settings.
public struct OutcomeModel: Sendable {
  public let kernels: [EffectKernel]
  public let diffusion: Diffusion?
  public let workload: Workload?
  public let trust: TieTrust?
  /// Groups of pupils that are followed beside all.
  public let pupils: [PupilGroup]
  /// All pupils of each school; empty without groups of pupils.
  let pupilsOfSchools: [Double]

  /// - Parameters:
  ///   - pupils: groups of pupils; effects that tell them apart have as many ``EffectKernel/pupils``.
  ///   - pupilsOfSchools: all pupils of each school, where there are groups.
  public init(
    _ kernels: [EffectKernel] = [], diffusion: Diffusion? = nil, workload: Workload? = nil,
    trust: TieTrust? = nil, pupils: [PupilGroup] = [], pupilsOfSchools: [Double] = []
  ) {
    self.kernels = kernels
    self.diffusion = diffusion
    self.workload = workload
    self.trust = trust
    self.pupils = pupils
    self.pupilsOfSchools = pupilsOfSchools
  }
}

/// Outcomes of schools along one replicate of one policy: what each kernel has reached, what was learnt from
/// partners, what workload costs.
struct OutcomePath: Sendable {
  private let model: OutcomeModel
  private let start: [Double]
  private var tracks: [Track] = []
  private var learnt: [Double] = []
  private(set) var excess: [Double] = []
  private let excessAtStart: [Double]
  private var ages: TieTrust.Ages?
  /// Mean trust over ties at the last year's end; NaN where it is not modelled.
  private(set) var meanTrust = Double.nan

  /// One kernel's state of each school.
  private struct Track: Sendable {
    let plain: [Double]
    let carriedOver: [Double]
    let reached: [Double]
    let decay: Double
    let between: Double
    let anticipation: Double
    let times: PupilTimes
    /// Years in the partnership.
    var exposure: [Int32]
    /// All but the profile; empty while it is 1 for everyone.
    var factor: [Double] = []
    var particular: [Double] = []
    var kept: [Double] = []
    var isCarriedOver: [Bool] = []
    var before: [Double] = []
  }

  init(_ model: OutcomeModel, _ world: World) {
    self.model = model
    start = world.setting.outcome
    let count = world.count
    excessAtStart = model.workload?.excess(world) ?? []
    excess = excessAtStart
    for kernel in model.kernels {
      let longest = world.setting.horizon + 100
      let profiles = kernel.profiles(years: longest, at: world.point)
      let peak = profiles.plain.max { abs($0) < abs($1) } ?? 0
      var track = Track(
        plain: profiles.plain, carriedOver: profiles.carriedOver,
        reached: profiles.plain.map { peak == 0 ? 0 : $0 / peak },
        decay: kernel.decay.map { min(1, max(0, world.value($0))) } ?? 0,
        between: kernel.between.map { max(0, world.value($0)) } ?? 0,
        anticipation: kernel.anticipation.map { world.value($0) } ?? 0,
        times: kernel.pupils.isEmpty
          ? .same(model.pupils)
          : PupilTimes(
            kernel.pupils.map { world.value($0) }, model.pupils, pupils: model.pupilsOfSchools),
        exposure: [Int32](repeating: 0, count: count))
      if kernel.isModulated { track.factor = [Double](repeating: 1, count: count) }
      if track.between > 0 { track.particular = [Double](repeating: 0, count: count) }
      if track.decay > 0 { track.kept = [Double](repeating: 1, count: count) }
      if kernel.transport.compelled || kernel.transport.holds != nil {
        track.isCarriedOver = [Bool](repeating: false, count: count)
      }
      tracks.append(track)
    }
    if let trust = model.trust { ages = TieTrust.Ages(world.ties(trust.relation)) }
    if model.diffusion != nil { learnt = [Double](repeating: 0, count: count) }
    // Memberships of the start have had their years, and outcomes of the start hold what these did.
    for position in tracks.indices where model.kernels[position].kind != .ties {
      let kernel = model.kernels[position]
      guard world.hasGroups(kernel.kind) else { continue }
      for school in 0..<count {
        guard world.group(kernel.kind, of: school) != nil else { continue }
        let years = -world.since(kernel.kind, of: school)
        tracks[position].exposure[school] = Int32(max(0, min(100, years)))
        note(position, kernel, school, world)
      }
      tracks[position].before = (0..<count).map { level(tracks[position], $0) }
    }
  }

  /// Lets a year pass; the world's ties and groups are those of its end.
  mutating func endYear(_ world: World) {
    if let diffusion = model.diffusion {
      for (school, gain) in diffusion.gains(world).enumerated() { learnt[school] += gain }
    }
    if let trust = model.trust {
      ages?.advance(world.ties(trust.relation), startingAgain: trust.startingAgain(world))
      noteTrust(world, trust)
    }
    for position in tracks.indices {
      let kernel = model.kernels[position]
      let isOfTies = kernel.kind == .ties
      guard isOfTies || world.hasGroups(kernel.kind) else { continue }
      for school in start.indices {
        let isIn =
          isOfTies
          ? world.degree(school, in: kernel.relation) > 0 : isActive(kernel.kind, school, world)
        if isIn {
          if !tracks[position].kept.isEmpty, tracks[position].kept[school] < 1 {
            let left = Double(tracks[position].exposure[school]) * tracks[position].kept[school]
            tracks[position].exposure[school] = Int32(left.rounded(.down))
            tracks[position].kept[school] = 1
          }
          tracks[position].exposure[school] += 1
          note(position, kernel, school, world)
        } else if !tracks[position].kept.isEmpty, tracks[position].exposure[school] > 0 {
          tracks[position].kept[school] *= 1 - tracks[position].decay
        }
      }
    }
    if let workload = model.workload { excess = workload.excess(world) }
  }

  /// The outcome of each school at the end of the world's year.
  func values(_ world: World) -> [Double] {
    var values = start
    for track in tracks {
      if track.factor.isEmpty && track.particular.isEmpty && track.kept.isEmpty
        && track.isCarriedOver.isEmpty && track.before.isEmpty && track.times.schools.isEmpty
      {
        for school in values.indices { values[school] += track.plain[Int(track.exposure[school])] }
      } else {
        for school in values.indices {
          values[school] += track.times.overall(school) * gain(track, school)
        }
      }
    }
    addWhatIsTheSameForAll(world, to: &values)
    return values
  }

  /// The outcome of each school's pupils of each group at the end of the world's year.
  func pupilValues(_ world: World) -> [[Double]] {
    model.pupils.indices.map { group in
      var values = model.pupils[group].outcome
      for track in tracks {
        for school in values.indices {
          values[school] += track.times.groups[group] * gain(track, school)
        }
      }
      addWhatIsTheSameForAll(world, to: &values)
      return values
    }
  }

  /// What a partnership has brought a school since the start.
  private func gain(_ track: Track, _ school: Int) -> Double {
    level(track, school) - (track.before.isEmpty ? 0 : track.before[school])
  }

  private func addWhatIsTheSameForAll(_ world: World, to values: inout [Double]) {
    if !learnt.isEmpty { for school in values.indices { values[school] += learnt[school] } }
    if let workload = model.workload {
      let cost = max(0, world.value(workload.perTie))
      for school in values.indices {
        values[school] -= cost * (excess[school] - excessAtStart[school])
      }
    }
  }

  /// Whether anything happens before schools join.
  var hasAnticipation: Bool { tracks.contains { $0.anticipation != 0 } }

  /// Adds what the coming year's joiners do already; the world is at the start of that year.
  func anticipate(_ world: World, in state: inout ScenarioState) {
    for (track, kernel) in zip(tracks, model.kernels) where track.anticipation != 0 {
      guard kernel.kind != .ties, world.hasGroups(kernel.kind) else { continue }
      for school in start.indices
      where world.group(kernel.kind, of: school) != nil
        && world.since(kernel.kind, of: school) == world.year && track.exposure[school] == 0
      {
        state.outcome[school] += track.times.overall(school) * track.anticipation
        for group in state.pupils.indices {
          state.pupils[group][school] += track.times.groups[group] * track.anticipation
        }
      }
    }
  }

  private func isActive(_ kind: PartnershipKind, _ school: Int, _ world: World) -> Bool {
    guard let group = world.group(kind, of: school) else { return false }
    return kind == .hub || world.groups[group].count > 1
  }

  private func level(_ track: Track, _ school: Int) -> Double {
    let years = Int(track.exposure[school])
    guard years > 0 else { return 0 }
    let isCarriedOver = !track.isCarriedOver.isEmpty && track.isCarriedOver[school]
    var level = isCarriedOver ? track.carriedOver[years] : track.plain[years]
    if !track.particular.isEmpty { level += track.particular[school] * track.reached[years] }
    if !track.factor.isEmpty { level *= track.factor[school] }
    if !track.kept.isEmpty { level *= track.kept[school] }
    return level
  }

  /// Notes what the school's partnership of this year is like.
  private mutating func note(
    _ position: Int, _ kernel: EffectKernel, _ school: Int, _ world: World
  ) {
    let group = kernel.kind == .ties ? nil : world.group(kernel.kind, of: school)
    if !tracks[position].isCarriedOver.isEmpty {
      tracks[position].isCarriedOver[school] = kernel.transport.applies(
        to: school,
        compelled: kernel.kind != .ties && world.isCompelled(kernel.kind, of: school))
    }
    if !tracks[position].particular.isEmpty, let group {
      let lead = world.groups[group].lead
      let entity = lead >= 0 ? lead : world.groups[group].members.first ?? 0
      var random = RandomStream(
        world.seed["group effect"], replicate: world.replicate, entity: UInt32(entity),
        event: UInt32(kernel.kind.index))
      tracks[position].particular[school] = tracks[position].between * random.normal()
    }
    guard !tracks[position].factor.isEmpty else { return }
    var factor = kernel.moderator.map { $0[school] } ?? 1
    if kernel.strong != 1 || kernel.weak != 1 {
      factor *= isStrong(kernel, school, group, world) ? kernel.strong : kernel.weak
    }
    if let group {
      if let sizes = kernel.sizes { factor *= sizes[world.groups[group].count] }
      factor *= world.groups[group].intensity
    }
    if kernel.needsTrust, kernel.kind == .ties, let trust = model.trust, let ages {
      factor *= ages.trust(school, trust.years)
    }
    tracks[position].factor[school] = factor
  }

  /// The lead of a group; where none leads, and among ties, a school whose outcome at the start is not below the
  /// mean of its partners'.
  private func isStrong(
    _ kernel: EffectKernel, _ school: Int, _ group: Int?, _ world: World
  ) -> Bool {
    if let group {
      let lead = world.groups[group].lead
      if lead >= 0 { return lead == school }
      let members = world.groups[group].members
      return start[school] * Double(members.count) >= members.reduce(0) { $0 + start[Int($1)] }
    }
    var (sum, count) = (0.0, 0.0)
    let ties = world.ties(kernel.relation)
    for k in 0..<ties.degree(school) {
      sum += start[Int(ties.partner(k, of: school))]
      count += 1
    }
    return start[school] * count >= sum
  }

  private mutating func noteTrust(_ world: World, _ trust: TieTrust) {
    guard let ages, !ages.partners.isEmpty else {
      meanTrust = 0
      return
    }
    let sum = ages.years.reduce(0) { $0 + trust.years[Int($1)] }
    meanTrust = sum / Double(ages.years.count)
  }
}

extension EffectKernel {
  /// Whether schools of the same exposure can differ by role, moderator, size, activity or trust.
  var isModulated: Bool {
    strong != 1 || weak != 1 || moderator != nil || sizes != nil || needsTrust
      || kind == .programme
  }
}
