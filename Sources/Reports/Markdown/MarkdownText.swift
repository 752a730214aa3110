/// Text made harmless for GitHub Markdown: every character stands for itself, on one line.
package enum MarkdownText {
  /// `text` with the characters of markup escaped and line breaks as spaces; safe in a table's cell.
  package static func escaped(_ text: String) -> String {
    var output = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\", "`", "*", "_", "[", "]", "#", "|", "~", "$":
        output += "\\"
        output.unicodeScalars.append(scalar)
      case "&": output += "&amp;"
      case "<": output += "&lt;"
      case ">": output += "&gt;"
      case "\n", "\r", "\t", "\u{0B}", "\u{0C}", "\u{85}", "\u{2028}", "\u{2029}": output += " "
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": output += "\u{FFFD}"
      default: output.unicodeScalars.append(scalar)
      }
    }
    return atLineStart(output)
  }

  /// A leading dash, equals sign or `1. ` would make a list, a rule or a heading.
  private static func atLineStart(_ text: String) -> String {
    let words = text.drop { $0 == " " }
    let spaces = text.prefix(text.count - words.count)
    let digits = words.prefix { $0.isASCII && $0.isNumber }
    let rest = words.dropFirst(digits.count)
    if !digits.isEmpty {
      let isListed =
        rest.first.map { $0 == "." || $0 == ")" } == true
        && (rest.dropFirst().first ?? " ") == " "
      return isListed ? spaces + digits + "\\" + rest : text
    }
    let isMark = words.first.map { "=-+".contains($0) } == true
    let next = words.dropFirst().first ?? " "
    return isMark && (next == " " || next == "-" || next == "=") ? spaces + "\\" + words : text
  }

  /// Emphasis around the words, its blanks left outside, where Markdown wants them.
  static func marked(_ text: String, with mark: String) -> String {
    let escaped = escaped(text)
    let core = escaped.drop { $0 == " " }
    let lead = escaped.count - core.count
    let tail = core.reversed().prefix { $0 == " " }.count
    let inner = core.dropLast(tail)
    guard !inner.isEmpty else { return escaped }
    return String(repeating: " ", count: lead) + mark + inner + mark
      + String(repeating: " ", count: tail)
  }

  /// A code span, fenced by more backticks than it holds in a row.
  static func code(_ text: String) -> String {
    let line = String(
      text.map { character -> Character in
        character.isNewline ? " " : character
      }
    ).replacingPipes
    guard !line.isEmpty else { return "` `" }
    let fence = String(repeating: "`", count: longestRun(of: "`", in: line) + 1)
    let pad = line.hasPrefix("`") || line.hasSuffix("`") ? " " : ""
    return fence + pad + line + pad + fence
  }

  /// A block of code, fenced likewise.
  static func fenced(_ text: String) -> String {
    let fence = String(repeating: "`", count: max(3, longestRun(of: "`", in: text) + 1))
    return "\(fence)\n\(text)\(text.hasSuffix("\n") ? "" : "\n")\(fence)"
  }

  private static func longestRun(of wanted: Character, in text: String) -> Int {
    var (longest, current) = (0, 0)
    for character in text {
      current = character == wanted ? current + 1 : 0
      longest = max(longest, current)
    }
    return longest
  }
}

extension String {
  /// A pipe ends a table's cell even inside a code span; elsewhere the broken bar reads the same.
  fileprivate var replacingPipes: String {
    String(map { $0 == "|" ? "\u{A6}" : $0 })
  }
}
