/// The width of text in the widest font of the figures' font list, so that no other font clips a label.
enum TextMeasure {
  static let family = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif"

  /// Advance widths of DejaVu Sans for U+0020 to U+007E, in thousandths of the font size.
  private static let regular: [UInt16] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636,
    636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
    575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685,
    611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579,
    278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
  ]
  private static let bold: [UInt16] = [
    348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696, 696,
    696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 580, 1000, 774, 762, 734, 830, 683,
    683, 821, 837, 372, 372, 775, 637, 995, 837, 850, 733, 850, 770, 720, 682, 812, 774, 1103, 771,
    724, 725, 457, 365, 457, 838, 500, 500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665,
    343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838,
  ]

  static func width(of text: String, size: Double, bold: Bool = false) -> Double {
    let widths = bold ? Self.bold : regular
    var total = 0
    for scalar in text.unicodeScalars {
      let code = Int(scalar.value)
      switch code {
      case 0x20...0x7E: total += Int(widths[code - 0x20])
      case 0x2009, 0x202F: total += 250
      case 0x2010...0x2015: total += code == 0x2014 ? 1000 : 520
      case 0x2018, 0x2019: total += 380
      case 0xA0...0x36F: total += 720
      default: total += scalar.properties.isEmojiPresentation || code > 0x1100 ? 1050 : 900
      }
    }
    return Double(total) / 1000 * size
  }

  /// The longest beginning of `text` that fits with an ellipsis, or all of it.
  static func elided(_ text: String, to width: Double, size: Double, bold: Bool = false) -> String {
    guard self.width(of: text, size: size, bold: bold) > width else { return text }
    let characters = Array(text)
    var (low, high) = (0, characters.count)
    while low < high {
      let middle = (low + high + 1) / 2
      let candidate = String(characters.prefix(middle)) + "…"
      if self.width(of: candidate, size: size, bold: bold) <= width {
        low = middle
      } else {
        high = middle - 1
      }
    }
    var kept = String(characters.prefix(low))
    while kept.last?.isWhitespace == true { kept.removeLast() }
    return kept + "…"
  }

  /// `text` in at most `lines` lines of at most `width`; the last is elided where the rest does not fit.
  static func wrapped(
    _ text: String, to width: Double, lines: Int, size: Double, bold: Bool = false
  ) -> [String] {
    var words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    guard !words.isEmpty else { return [""] }
    var result: [String] = []
    while !words.isEmpty {
      if result.count == lines - 1 {
        result.append(elided(words.joined(separator: " "), to: width, size: size, bold: bold))
        break
      }
      var line = words.removeFirst()
      while let next = words.first,
        self.width(of: line + " " + next, size: size, bold: bold) <= width
      {
        line += " " + next
        words.removeFirst()
      }
      result.append(elided(line, to: width, size: size, bold: bold))
    }
    return result
  }

  /// `wrapped` in lines of about the same length: no last line of one word.
  static func balanced(
    _ text: String, to width: Double, lines: Int, size: Double, bold: Bool = false
  ) -> [String] {
    var best = wrapped(text, to: width, lines: lines, size: size, bold: bold)
    let whole = best.joined(separator: " ")
    guard best.count > 1 else { return best }
    var narrower = width - 8
    while narrower > width / 4 {
      let candidate = wrapped(text, to: narrower, lines: lines, size: size, bold: bold)
      guard candidate.count == best.count, candidate.joined(separator: " ") == whole else { break }
      best = candidate
      narrower -= 8
    }
    return best
  }
}
