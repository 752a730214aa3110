package import Tables

extension StudyCheck {
  /// Every column as it was read.
  package var dictionary: [DictionaryRow] { loaded.dictionary }

  /// What a user should know about how the data were read.
  package var diagnostics: [Diagnostic] { loaded.diagnostics }
}
