import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Reads a page or a drawing with a strict XML parser and keeps what the tests ask about.
final class PageReader: NSObject, XMLParserDelegate {
  struct Element {
    let name: String
    let attributes: [String: String]
    var text = ""
    let parent: Int?
  }

  private(set) var elements: [Element] = []
  private(set) var failure: String?
  private var open: [Int] = []

  init(_ source: String) {
    super.init()
    let parser = XMLParser(data: Data(source.utf8))
    parser.delegate = self
    if !parser.parse() {
      let line =
        source.split(separator: "\n", omittingEmptySubsequences: false)
        .dropFirst(max(parser.lineNumber - 1, 0)).first ?? ""
      failure =
        "line \(parser.lineNumber): \(parser.parserError.map(String.init(describing:)) ?? "") \(line.prefix(200))"
    }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    elements.append(Element(name: name, attributes: attributes, parent: open.last))
    open.append(elements.count - 1)
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    open.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    for index in open { elements[index].text += string }
  }

  func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

  /// Whether an element of that name is around the element.
  func isInside(_ name: String, _ element: Element) -> Bool {
    var parent = element.parent
    while let index = parent {
      if elements[index].name == name { return true }
      parent = elements[index].parent
    }
    return false
  }
}

/// Strings that end badly wherever text is taken for markup.
let hostileStrings: [String] = [
  "", " ", "</title><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onload='x",
  "&amp; & &#60;b&#62;", "]]> <!-- -- >", "a | b || c", "`code` ``two``", "*x* _y_ ~~z~~ **w**",
  "[link](javascript:alert(1))", "![i](http://x.y/z.png)", "# heading", "- item", "1. first",
  "=====",
  "line\none\r\ntwo\u{2028}three", "\u{0}\u{1}\u{1B}[31m\u{7F}", "\u{FFFE}\u{FFFF}",
  "مدرسة كاثوليكية", "学校之间的伙伴关系", "👩🏽‍🏫🏫", "\u{202E}desrever", "e\u{301}\u{300}\u{302}", "$x^2$",
  "@everyone #1", "\\", "C:\\schools\\a|b", "{{x}} <%= y %>", "--><style>*{display:none}</style>",
  String(repeating: "a very long label ", count: 60), String(repeating: "unbroken", count: 200),
]

let extremeNumbers: [Double] = [
  .nan, .infinity, -.infinity, 0, -0.0, 1, -1, 1e300, -1e300, .greatestFiniteMagnitude,
  -.greatestFiniteMagnitude, .leastNonzeroMagnitude, 1e-300, 1e15, 123_456_789.123, 0.1, -0.05,
  0.000_499_9,
]

/// A small generator that needs no other module; the same numbers on every machine.
struct Numbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
