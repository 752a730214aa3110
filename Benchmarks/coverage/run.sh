#!/bin/sh
# How often 95 % intervals hold the truth in trials of 10, 30 and 100 schools: run.sh [REPLICATES [THREADS]]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# Without this a build that is reused does not see source files that were added to the package above.
touch "$here/../Package.swift"
swift build -c release --package-path "$here/.." --product CoverageBenchmark
"$(swift build -c release --package-path "$here/.." --show-bin-path)/CoverageBenchmark" "$@"
