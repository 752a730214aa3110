#!/bin/sh
# Times our fit beside lme4's on the same made-up pupils: ./compare.sh nested|crossed ROWS [THREADS]
# lme4 is skipped, and that is said, where Rscript or the package is missing.
set -eu
cd "$(dirname "$0")"
model=${1:-nested}
rows=${2:-300000}
threads=${3:-1}
swift build -c release --product MultilevelBenchmark >/dev/null
file=$(mktemp --suffix=.csv)
trap 'rm -f "$file"' EXIT
"$(swift build -c release --show-bin-path)/MultilevelBenchmark" "$model" "$rows" "$threads" "$file"
if command -v Rscript >/dev/null && Rscript -e 'quit(status = !requireNamespace("lme4", quietly = TRUE))'; then
  Rscript compare.R "$model" "$file"
else
  echo "lme4 skipped: Rscript or the package lme4 is not installed"
fi
