public import Designs
public import Probability
public import StudyFiles

/// An `impute` step of a study: which columns of which table to complete, by what, how often.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | data | | a table | whose rows are completed |
/// | columns | | | what is imputed, with method and level |
/// | using | none | complete columns | predict, and are not imputed |
/// | group | none | a column | rows of a group share a random intercept |
/// | imputations | 20 | 2 … 1,000 | completed data sets |
/// | iterations | 10 | 1 … 1,000 | rounds over the columns |
/// | donors | 5 | 1 … 100 | rows that `pmm` chooses from |
public struct ImputeStep: Sendable {
  public let data: LocatedText
  public let columns: [Column]
  public let using: [LocatedText]
  public let group: LocatedText?
  public let imputations: Int
  public let iterations: Int
  public let donors: Int

  /// A column that is to be imputed.
  public struct Column: Sendable, Hashable {
    public let name: LocatedText
    /// `nil` for what the type of the column suggests.
    public let method: ImputationMethod?
    /// A linked table whose column it is, or the group where it is a column of the rows that is constant
    /// within groups; `nil` where it is a column of the rows.
    public let level: LocatedText?

    public init(
      _ name: LocatedText, method: ImputationMethod? = nil, level: LocatedText? = nil
    ) {
      self.name = name
      self.method = method
      self.level = level
    }
  }

  public init(
    data: LocatedText, columns: [Column], using: [LocatedText] = [], group: LocatedText? = nil,
    imputations: Int = 20, iterations: Int = 10, donors: Int = 5
  ) {
    self.data = data
    self.columns = columns
    self.using = using
    self.group = group
    self.imputations = imputations
    self.iterations = iterations
    self.donors = donors
  }

  /// Completes the table, `imputations` times.
  ///
  /// - Parameters:
  ///   - seed: of this step; the same seed gives the same bytes on any number of threads.
  ///   - progress: called with imputations done and in all, from any thread.
  /// - Throws: ``ImputationError``
  /// - Complexity: imputations × iterations × (rows · columns² + 100 · groups · columns²) for each column.
  public func run(
    in data: DataSet, seed: Seed, threads: Int = 1,
    progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(ImputationError) -> ImputationResult {
    let problem = try ImputationProblem(self, in: data)
    let total = imputations
    let (rounds, donors) = (iterations, donors)
    let finished = Counter()
    let chains = try replicate(total, threads: threads) {
      (index) throws(ImputationError) -> Chain in
      var chain = Chain(problem, seed: seed, donors: donors, imputation: index)
      try chain.run(iterations: rounds)
      progress(finished.next(), total)
      return chain
    }
    return ImputationResult(self, problem, chains, data)
  }
}
