/// What to say after an unknown name: the nearest known one if it is near, otherwise all that are accepted.
public func suggestion(for name: String, among known: [String]) -> String {
  guard !known.isEmpty else { return "; none is known here" }
  if let nearest = nearestName(to: name, among: known) { return "; did you mean `\(nearest)`?" }
  let shown = known.prefix(24).map { "`\($0)`" }.joined(separator: ", ")
  return "; accepted: \(shown)" + (known.count > 24 ? ", and \(known.count - 24) more" : "")
}

/// The known name that a slip of the keyboard would turn into `name`, if there is one.
///
/// A third of the longer name's letters may differ, counting a transposition of neighbours as one.
public func nearestName(to name: String, among known: [String]) -> String? {
  let scored = known.map { (name: $0, distance: editDistance(name.lowercased(), $0.lowercased())) }
  guard let best = scored.min(by: { $0.distance < $1.distance }) else { return nil }
  return best.distance <= max(1, max(name.count, best.name.count) / 3) ? best.name : nil
}

/// Damerau–Levenshtein distance with adjacent transpositions (optimal string alignment).
func editDistance(_ a: String, _ b: String) -> Int {
  let (a, b) = (Array(a), Array(b))
  guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
  var beforePrevious = [Int](repeating: 0, count: b.count + 1)
  var previous = Array(0...b.count)
  for i in 1...a.count {
    var current = [i] + [Int](repeating: 0, count: b.count)
    for j in 1...b.count {
      let substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
      current[j] = min(substitution, previous[j] + 1, current[j - 1] + 1)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        current[j] = min(current[j], beforePrevious[j - 2] + 1)
      }
    }
    (beforePrevious, previous) = (previous, current)
  }
  return previous[b.count]
}
