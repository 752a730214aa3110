import Tables

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

enum UsageError: Error { case fileAndTimesExpected }

/// Reads the file named by the first argument as often as the second says, and prints what each time
/// took, in seconds of processor and of clock.
let arguments = CommandLine.arguments
guard arguments.count == 3, let times = Int(arguments[2]) else {
  throw UsageError.fileAndTimesExpected
}

for _ in 0..<times {
  let start = ContinuousClock.now
  let processor = clock()
  let table = try DelimitedFile(arguments[1]).read(as: "pupils")
  let used = Double(clock() - processor) / Double(CLOCKS_PER_SEC)
  let seconds = (ContinuousClock.now - start) / .seconds(1)
  print("counterpart", used, seconds, table.rowCount, table.columns.count)
}
