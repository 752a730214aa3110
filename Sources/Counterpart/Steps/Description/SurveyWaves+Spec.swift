internal import Designs
internal import StudyFiles
internal import Tables

/// The `survey` section of a `description` step: yes-or-no items in waves, either answer by answer or as shares that
/// were published.
struct SurveyWaves: Sendable {
  enum Source: Sendable {
    /// One row an answer of each respondent and wave: a column an item.
    case answers(items: [LocatedText], group: LocatedText?)
    /// One row an item and wave: its share, and of how many where that is known.
    case shares(item: LocatedText, share: LocatedText, of: LocatedText?)
  }

  static let data = Key(
    "data", .text("the name of a table"), "the answers, or the published shares")
  static let wave = Key("wave", .text("the name of a column"), "which wave a row belongs to")
  static let items = Key(
    "items", .list(of: .text("the name of a column")), default: [], shown: "none",
    "columns of answers: 1 or `yes`, 0 or `no`, or missing")
  static let group = Key.optional(
    "group", .text("the name of a column"),
    "what respondents are clustered in, such as their school: gives the change between waves by a multilevel "
      + "logit model")
  static let item = Key.optional(
    "item", .text("the name of a column"), "of published shares: the column that names the item")
  static let share = Key.optional(
    "share", .text("the name of a column"), "of published shares: the share, from 0 to 1")
  static let of = Key.optional(
    "of", .text("the name of a column"),
    "of published shares: how many answered; where it is missing there is no interval")
  static let keys = [
    AnyKey(data), AnyKey(wave), AnyKey(items), AnyKey(group), AnyKey(item), AnyKey(share),
    AnyKey(of),
  ]

  static let format = ValueFormat<SurveyWaves>.section("a section of survey waves", keys: keys) {
    (section) throws(SpecErrors) in try SurveyWaves(from: section)
  }

  let data: LocatedText
  let wave: LocatedText
  let source: Source
  let path: String

  init(from section: Section) throws(SpecErrors) {
    data = try section.read(Self.data)
    wave = try section.read(Self.wave)
    path = section.path
    let items = try section.read(Self.items)
    let item = try section.read(Self.item)
    let share = try section.read(Self.share)
    let of = try section.read(Self.of)
    let group = try section.read(Self.group)
    if items.isEmpty {
      guard let item, let share else {
        throw section.error(
          .rule("expected `items`, or `item` with `share` where shares were published"))
      }
      if let group {
        throw SpecErrors(
          SpecError(
            .rule("`group` needs single answers: published shares do not tell who gave them"),
            path: "\(path).group", at: group.location))
      }
      source = .shares(item: item, share: share, of: of)
    } else {
      if let other = item ?? share ?? of {
        throw SpecErrors(
          SpecError(
            .rule("`items` are single answers; leave `item`, `share` and `of` out"), path: path,
            at: other.location))
      }
      source = .answers(items: items, group: group)
    }
  }

  /// Finds every name that means nothing in the data.
  func check(in data: DataSet) throws(SpecErrors) {
    guard data[table: self.data.text] != nil else {
      throw SpecErrors(
        SpecError(
          .unknownName(self.data.text, kind: "table", known: data.tableNames),
          path: "\(path).data", at: self.data.location))
    }
    var columns = [(wave, "wave")]
    switch source {
    case .answers(let items, let group):
      columns += items.map { ($0, "items") } + (group.map { [($0, "group")] } ?? [])
    case .shares(let item, let share, let of):
      columns += [(item, "item"), (share, "share")] + (of.map { [($0, "of")] } ?? [])
    }
    var problems: [SpecError] = []
    for (column, key) in columns {
      do throws(NameError) { _ = try data.resolve(column.text, from: self.data.text) } catch {
        problems.append(SpecError(error, at: column, path: "\(path).\(key)"))
      }
    }
    guard problems.isEmpty else { throw SpecErrors(problems) }
  }
}
