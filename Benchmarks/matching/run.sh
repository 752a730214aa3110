#!/bin/sh
# Times the matching methods, and MatchIt's nearest neighbours beside them where R has it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# Without this a build that is reused does not see source files that were added to the package above.
touch "$here/../Package.swift"
swift build -c release --package-path "$here/.." --product MatchingBenchmark
"$(swift build -c release --package-path "$here/.." --show-bin-path)/MatchingBenchmark"
if command -v Rscript > /dev/null && Rscript -e 'quit(status = !requireNamespace("MatchIt"))' \
  > /dev/null 2>&1
then Rscript "$here/peer.R"; else echo "MatchIt: skipped, it is not installed here"; fi
