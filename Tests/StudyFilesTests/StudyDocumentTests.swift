import StudyFiles
import Testing

@Suite struct StudyDocumentTests {
  private func problems(_ yaml: String) -> [String] {
    do throws(SpecErrors) {
      _ = try StudyDocument(yaml: yaml, file: "s.yaml")
      return []
    } catch { return error.problems.map(\.description) }
  }

  @Test func scalarsStayText() throws {
    let root = try StudyDocument(yaml: "a: 010\nb: yes\nc: on\nd: 1e3", file: "s.yaml").root
    guard case .mapping(let pairs) = root.content else {
      Issue.record("expected a mapping")
      return
    }
    #expect(pairs.map(\.value.content) == ["010", "yes", "on", "1e3"].map { .scalar($0) })
  }

  @Test func valuesKnowTheirPlaces() throws {
    let root = try StudyDocument(yaml: "a:\n  b: x\n  c: \"quoted\"\n", file: "s.yaml").root
    let section = try Section(
      try #require(try Section(root, expecting: "").value("a")), expecting: "")
    #expect(section.value("b")?.location.description == "s.yaml:2:6")
    #expect(section.value("b")?.path == "a.b")
    // Inside the quotes, so that offsets into an expression point at the right letter.
    #expect(section.value("c")?.location.description == "s.yaml:3:7")
  }

  @Test func duplicateKeysNameBothLines() {
    #expect(
      problems("a: 1\nb: 2\na: 3\n") == ["s.yaml:3:1: key `a` stands twice, first on line 1"])
  }

  @Test func whatIsNotYAMLIsLocated() {
    let found = problems("a: [1, 2\nb: 3\n")
    #expect(found.count == 1)
    #expect(found[0].hasPrefix("s.yaml:2:"))
    #expect(found[0].contains("not valid YAML"))
  }

  @Test func anEmptyFileIsSaidToBeEmpty() {
    #expect(problems("") == ["s.yaml:1:1: the file is empty"])
    #expect(problems("# only a comment\n") == ["s.yaml:1:1: the file is empty"])
  }

  @Test func aliasesThatMultiplyAreStopped() {
    var yaml = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
    for level in 1...9 {
      let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      yaml += "a\(level): &a\(level) [\(items)]\n"
    }
    let found = problems(yaml)
    #expect(found.count == 1)
    #expect(found.first?.contains("aliases multiply") ?? false)
  }

  /// Random bytes and mutilated studies give errors, never a crash.
  @Test(arguments: 0..<300) func noTextCrashesTheReader(seed: Int) {
    var state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 &+ 1
    func random(below limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(limit))
    }
    let marks = Array("{}[]:&*!|>'\"%@`\n\t -".utf8)
    var bytes = Array(
      "counterpart: 1\ndata: {a: {file: x.csv}}\nsteps:\n  m: {match: {data: a}}\n".utf8)
    for _ in 0..<(1 + random(below: 8)) {
      let place = random(below: bytes.count)
      switch random(below: 3) {
      case 0: bytes[place] = UInt8(random(below: 256))
      case 1: bytes.remove(at: place)
      default: bytes.insert(marks[random(below: marks.count)], at: place)
      }
    }
    _ = problems(String(decoding: bytes, as: UTF8.self))
  }
}
