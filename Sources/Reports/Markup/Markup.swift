/// HTML and SVG as values: text and attributes are escaped when written, and names come from a closed list.
///
/// What is written is both HTML 5 and well-formed XML.
enum Markup: Sendable {
  case text(String)
  indirect case element(Tag, [Attribute], [Markup])
  case group([Markup])
  /// The page's own styles, the one text that browsers do not unescape.
  case stylesheet

  static func element(_ tag: Tag, _ attributes: Attribute..., content: [Markup] = []) -> Markup {
    .element(tag, attributes, content)
  }

  static func element(_ tag: Tag, _ attributes: Attribute..., text: String) -> Markup {
    .element(tag, attributes, [.text(text)])
  }

  static let nothing = Markup.group([])

  /// Appends the markup's text.
  func write(into output: inout String) {
    switch self {
    case .text(let text): output += Self.escaped(text)
    case .stylesheet: output += Stylesheet.text
    case .group(let children): for child in children { child.write(into: &output) }
    case .element(let tag, let attributes, let children):
      output += "<" + tag.rawValue
      for attribute in attributes {
        output += " \(attribute.name.rawValue)=\"\(Self.escaped(attribute.value))\""
      }
      if children.isEmpty, tag.closesItself {
        output += "/>"
      } else {
        output += ">"
        for child in children { child.write(into: &output) }
        output += "</\(tag.rawValue)>"
      }
      if tag.endsLine { output += "\n" }
    }
  }

  var source: String {
    var output = ""
    write(into: &output)
    return output
  }

  /// ASCII that stands for itself in text and attributes.
  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""),
      UInt8(ascii: "'"):
      false
    default: byte >= 0x20 && byte < 0x7F
    }
  }

  /// Text with the characters of markup replaced, and with U+FFFD for those that XML cannot hold.
  static func escaped(_ text: String) -> String {
    if text.utf8.allSatisfy(isPlain) { return text }
    var output = ""
    output.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": output += "&amp;"
      case "<": output += "&lt;"
      case ">": output += "&gt;"
      case "\"": output += "&quot;"
      case "'": output += "&#39;"
      case "\t", "\n": output.unicodeScalars.append(scalar)
      case "\r": output += " "
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": output += "\u{FFFD}"
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output
  }
}

/// The elements that reports are made of.
enum Tag: String, Sendable {
  case html, head, body, title, meta, style, header, main, footer, nav, section, article, div, span,
    p, a
  case h1, h2, h3, h4, h5, h6, ul, ol, li, dl, dt, dd, strong, em, code, pre, sup, br, abbr
  case table, caption, thead, tbody, tr, th, td, figure, figcaption, details, summary
  case svg, desc, g, path, line, circle, rect, text, tspan

  /// Elements that are written `<x/>` when they hold nothing.
  var closesItself: Bool {
    switch self {
    case .meta, .br, .path, .line, .circle, .rect: true
    default: false
    }
  }

  /// Elements after which the page source starts a new line, so that two reports can be compared by line.
  var endsLine: Bool {
    switch self {
    case .span, .a, .strong, .em, .code, .sup, .abbr, .tspan, .br: false
    default: true
    }
  }
}

struct Attribute: Sendable {
  enum Name: String, Sendable {
    case id, `class`, href, lang, charset, name, content, scope, role, tabindex, colspan, rowspan
    case httpEquiv = "http-equiv"
    case ariaLabel = "aria-label"
    case ariaLabelledby = "aria-labelledby"
    case ariaDescribedby = "aria-describedby"
    case ariaHidden = "aria-hidden"
    case xmlns, viewBox, width, height, x, y, x1, y1, x2, y2, cx, cy, r, rx, d, fill, stroke
    case focusable
    case fillOpacity = "fill-opacity"
    case strokeWidth = "stroke-width"
    case strokeDasharray = "stroke-dasharray"
    case strokeLinejoin = "stroke-linejoin"
    case strokeLinecap = "stroke-linecap"
    case fontFamily = "font-family"
    case fontSize = "font-size"
    case fontWeight = "font-weight"
    case textAnchor = "text-anchor"
  }

  let name: Name
  let value: String

  init(_ name: Name, _ value: String) {
    self.name = name
    self.value = value
  }
}
