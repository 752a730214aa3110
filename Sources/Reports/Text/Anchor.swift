/// A name that is safe as an HTML id, a link target and part of a file name.
///
/// Letters are lowered, every run of other characters becomes one hyphen; nothing left gives `fallback`.
package func anchor(for text: String, fallback: String = "part") -> String {
  var result = ""
  for scalar in text.lowercased().unicodeScalars {
    if scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) {
      result.unicodeScalars.append(scalar)
    } else if !result.isEmpty, !result.hasSuffix("-") {
      result += "-"
    }
  }
  while result.hasSuffix("-") { result.removeLast() }
  return result.isEmpty ? fallback : result
}

/// Hands out each anchor once: a second `balance` becomes `balance-2`.
struct AnchorBook {
  private var taken: Set<String> = []

  mutating func claim(_ wanted: String) -> String {
    var candidate = wanted
    var number = 2
    while !taken.insert(candidate).inserted {
      candidate = "\(wanted)-\(number)"
      number += 1
    }
    return candidate
  }
}
