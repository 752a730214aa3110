#!/bin/sh
# Times our fit beside lme4's on the same made-up pupils: run.sh [nested|crossed [ROWS [THREADS]]]
# lme4 is skipped, and that is said, where Rscript or the package is missing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
model=${1:-nested}
rows=${2:-300000}
threads=${3:-1}
# Without this a build that is reused does not see source files that were added to the package above.
touch "$here/../Package.swift"
swift build -c release --package-path "$here/.." --product MultilevelBenchmark
file=$(mktemp --suffix=.csv)
trap 'rm -f "$file"' EXIT
"$(swift build -c release --package-path "$here/.." --show-bin-path)/MultilevelBenchmark" \
  "$model" "$rows" "$threads" "$file"
if command -v Rscript > /dev/null && Rscript -e 'quit(status = !requireNamespace("lme4", quietly = TRUE))'
then Rscript "$here/peer.R" "$model" "$file"
else echo "lme4: skipped, it is not installed here"
fi
