/// The module's version of nothing yet.
