#!/bin/sh
# Times the simulation and estimation of networks beside RSiena and prints one table:
#   run.sh [quick|full]
# `full` adds the coverage of the estimator's intervals, directed, undirected, with a behaviour and of two relations,
# which takes about half an hour of two cores. RSiena is skipped where it is not installed, and the table says so.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
size=${1:-quick}
# Without this a build that is reused does not see source files that were added to the package above.
touch "$here/../Package.swift"
swift build -c release --package-path "$here/.." --product NetworksBenchmark
bin=$(swift build -c release --package-path "$here/.." --show-bin-path)/NetworksBenchmark
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

ours() { "$bin" "$@" >> "$folder/table"; }
peer() {
  if command -v Rscript > /dev/null && Rscript -e 'quit(status = !requireNamespace("RSiena", quietly = TRUE))'
  then Rscript "$here/peer.R" "$@" >> "$folder/table"
  else printf '%s\tRSiena\t%s\t-\t-\tskipped: R with RSiena is not installed here\n' "$1" "$2" >> "$folder/table"
  fi
}

for n in 50 200 1000 2000; do
  ours ministep $n
  peer ministep $n "$("$bin" density $n)"
done
ours growth
ours fit "$folder"
peer fit "$folder"
ours england 24000
ours families 3300
ours families 16000
printf 'task\ttool\tsize\tfigure\tunit\tnote\n' | cat - "$folder/table" | column -t -s '	'
if [ "$size" = full ]; then "$bin" coverage 500 2 all; fi
