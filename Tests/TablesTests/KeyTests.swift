import Probability
import Tables
import Testing

@Suite struct KeyTests {
  @Test func uniqueKeysPass() throws {
    let table = try read("urn,year,name\n1,2016,a\n1,2017,b\n2,2016,a\n")
    try table.requireKey(["urn", "year"])
    try table.requireKey(["year", "urn", "name"])
    try table.requireKey(["urn", "name"])
    #expect(throws: TableError.self) { try table.requireKey(["urn"]) }
    #expect(throws: TableError.self) { try table.requireKey(["year", "name"]) }
    #expect(throws: TableError.noSuchColumn("la", table: "t", known: ["urn", "year", "name"])) {
      try table.requireKey(["la"])
    }
  }

  @Test func repeatedKeysSayWhereAndHowMany() throws {
    let rows = (0..<50).map { "\($0 % 10),\($0 % 2 == 0 ? "x" : "y")\n" }.joined()
    let table = try read("id,k\n" + rows)
    let error = #expect(throws: TableError.self) { try table.requireKey(["id", "k"]) }
    guard case .repeatedKeys(let faults, 40, "t") = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(faults.count == TableError.faultsShown)
    #expect(faults[0].place == "t.csv:12" && faults[0].first == "t.csv:2")
    #expect(faults[0].value == "0, x" && faults[0].column == "id, k")
    #expect(
      error?.description.hasPrefix("t.csv:12: key `id, k`: found `0, x` again, first at t.csv:2\n")
        == true)
    #expect(error?.description.contains("and 20 more") == true)
  }

  @Test func missingKeysAreErrors() throws {
    let table = try read("id,k\n1,a\n,b\n3,NA\n")
    let error = #expect(throws: TableError.self) { try table.requireKey(["id", "k"]) }
    guard case .missingKeys(let faults, 2, "t") = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(faults.map(\.place) == ["t.csv:3", "t.csv:4"])
  }

  @Test func linksFindTheirRows() throws {
    let schools = try read("school,size\n300,1\n100,2\n200,3\n")
    let pupils = try read("pupil,school\n1,100\n2,300\n3,\n4,100\n")
    #expect(try pupils.link("school", to: schools, key: "school") == [1, 0, -1, 1])
  }

  @Test func numbersMeetTextsByTheirWrittenValue() throws {
    let asText = DelimitedSettings(columns: ["school": .init(.category)])
    let text = "school\n300\n100\n200\n"
    let links = "school\n100\n300\n\n100\n"
    for (own, other) in [
      (DelimitedSettings(), asText), (asText, DelimitedSettings()), (asText, asText),
    ] {
      let rows = try read(links, own).link("school", to: try read(text, other), key: "school")
      #expect(rows == [1, 0, -1, 1])
    }
    // 012 is not 12.
    let padded = try read("school\n012\n", asText)
    #expect(throws: TableError.self) {
      try padded.link("school", to: try read("school\n12\n"), key: "school")
    }
    // A date is not the number that stores it, and a logical value not 1.
    let day = try read("d\n1970-01-02\n")
    #expect(throws: TableError.self) { try read("d\n1\n").link("d", to: day, key: "d") }
    let yes = try read("d\ntrue\n")
    #expect(throws: TableError.self) { try read("d\n1\n").link("d", to: yes, key: "d") }
    #expect(
      try read("d\n1970-01-02\n", DelimitedSettings(columns: ["d": .init(.text)]))
        .link("d", to: day, key: "d") == [0])
  }

  @Test func brokenLinksSayWhereAndHowMany() throws {
    let schools = try read("school\n1\n2\n", path: "schools.csv")
    let rows = (0..<30).map { "\($0),\($0 % 3)\n" }.joined()
    let pupils = try read("pupil,school\n" + rows, path: "pupils.csv")
    let error = #expect(throws: TableError.self) {
      try pupils.link("school", to: schools, key: "school")
    }
    guard case .brokenLinks(let faults, 10, "t", "t", "school") = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(faults.map(\.row) == Array(stride(from: 0, to: 30, by: 3)))
    #expect(
      error?.description.hasPrefix(
        "pupils.csv:2: link `school`: found `0`, which is no `t.school`\n") == true)
    let twice = try read("school\n1\n1\n")
    #expect(throws: TableError.self) {
      try pupils.link("school", to: twice, key: "school")
    }
  }

  /// Against a plain dictionary of texts, on many random tables.
  @Test func keysAndLinksAgreeWithAPlainDictionary() throws {
    for seed in 0..<300 {
      var random = RandomStream(Seed(9)["links"], replicate: UInt32(seed))
      let wide = seed % 3 == 0 ? 1_000_000 : 40
      let values = (0..<60).map { _ in Double(random.index(below: wide)) / (seed % 2 == 0 ? 1 : 4) }
      let isText = seed % 5 < 2
      let texts = values.map { Int(exactly: $0).map(String.init) ?? "\($0)" }
      let column: Column =
        isText ? Column("k", categories: texts.map { $0 }) : Column("k", numbers: values)
      let table = Table(name: "t", columns: [column])
      let isUnique = Set(texts).count == texts.count
      if isUnique {
        try table.requireKey(["k"])
      } else {
        let error = #expect(throws: TableError.self) { try table.requireKey(["k"]) }
        guard case .repeatedKeys(_, let count, _) = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
        #expect(count == texts.count - Set(texts).count)
      }
      var seen: Set<String> = []
      let first = texts.indices.filter { seen.insert(texts[$0]).inserted }
      let target = table.selecting(rows: first)
      let links = (0..<100).map { _ in texts[random.index(below: texts.count)] }
      let from = Table(
        name: "f",
        columns: [
          seed % 7 < 3
            ? Column("l", categories: links.map { $0 })
            : Column("l", numbers: links.map { Double($0) ?? .nan })
        ])
      let rows = try from.link("l", to: target, key: "k")
      #expect(rows.map { texts[first[Int($0)]] } == links)
    }
  }
}
