#!/bin/sh
# Times the matching methods, each problem in a process of its own, and peers beside them on the same data, where R has
# them; prints one table and how time grows when a problem is doubled twice:
#   run.sh [quick|full]
# `quick` (the default) asks of the slow peers what they can do in seconds; `full` also what takes them minutes and
# gigabytes. Set MATCHING_BENCHMARK to a program that is built already to build nothing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
size=${1:-quick}
if [ -n "${MATCHING_BENCHMARK:-}" ]; then bin=$MATCHING_BENCHMARK
else
  # Without this a build that is reused does not see source files that were added to the package above.
  touch "$here/../Package.swift"
  swift build -c release --package-path "$here/.." --product MatchingBenchmark
  bin="$(swift build -c release --package-path "$here/.." --show-bin-path)/MatchingBenchmark"
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

ours() { "$bin" "$@" >> "$folder/table"; }
# peer TOOL METHOD SIZES: the tool's answer to the problem that `ours METHOD SIZES` solves.
peer() {
  tool=$1; shift
  if ! command -v Rscript > /dev/null; then
    printf '%s\t%s\t-\t-\t-\t-\tskipped: R is not installed here\n' "$1" "$tool" >> "$folder/table"
    return
  fi
  "$bin" write "$folder/problem.csv" "$@"
  Rscript "$here/peer.R" "$tool" "$folder/problem.csv" "$@" >> "$folder/table" ||
    printf '%s\t%s\t%s\t-\t-\t-\tfailed\n' "$1" "$tool" "$*" >> "$folder/table"
  rm "$folder/problem.csv"
}

for dimensions in 8 1; do
  for method in nearest optimal full; do
    for count in "500 5000" "1250 12500" "2000 20000" "2500 25000" "5000 50000"; do
      ours "$method" $count "$dimensions"
    done
  done
done
for count in "500 5000" "2000 20000" "5000 50000"; do
  peer MatchIt nearest $count 8
  peer MatchIt nearest $count 1
done
# Small problems that every peer can do, and ours on the same.
for method in optimal full; do
  for dimensions in 8 1; do
    ours "$method" 200 2000 "$dimensions"
    peer optmatch "$method" 200 2000 "$dimensions"
  done
done
peer couplr optimal 200 2000 8
if [ "$size" = full ]; then
  # Versions of couplr differ: those that search lists of neighbours take seconds, those before them minutes.
  for count in "500 5000" "2000 20000" "5000 50000"; do peer couplr optimal $count 8; done
  peer optmatch optimal 500 5000 8
  peer optmatch full 500 5000 8
  peer optmatch optimal 2000 20000 8
  peer optmatch optimal 2000 20000 1
fi

# Few to choose from, a second comparator, wishes and bounds: harder problems.
ours optimal 5000 6000 8
ours full 5000 6000 8
if [ "$size" = full ]; then peer couplr optimal 5000 6000 8; fi
for count in "500 5000" "1000 10000" "2000 20000"; do ours "optimal 1:2" $count 8; done
for count in "1250 12500" "2500 25000" "5000 50000"; do ours "nearest, near-exact" $count 8; done
for count in "125 1250" "250 2500" "500 5000"; do ours "optimal, fine balance" $count 8; done
peer rcbalance "optimal, fine balance" 250 2500 8
for count in "500 5000" "1000 10000" "2000 20000"; do ours "full, at most 20" $count 8; done
ours "full, near-exact" 2000 20000 8

for count in "80 3592" "160 7185" "320 14370"; do ours two-level $count; done
peer matchMulti two-level 40 1800
ours two-level 40 1800
if [ "$size" = full ]; then peer matchMulti two-level 160 7185; fi

printf 'task\ttool\tsize\telapsed s\tprocessor s\tpeak\tnote\n' | cat - "$folder/table" | column -t -s '	'
echo
echo 'Growth: exponents of processor time when a problem is doubled, and doubled again (pairs possible: times 16)'
awk -F'\t' '$2 == "counterpart" { time[$1, $3] = $5; task[$1] = 1 }
  END {
    split("1250 x 12500|2500 x 25000|5000 x 50000;500 x 5000|1000 x 10000|2000 x 20000;" \
      "125 x 1250|250 x 2500|500 x 5000;80 x 3592|160 x 7185|320 x 14370", chains, ";")
    for (name in task) for (c = 1; c <= 4; c++) {
      split(chains[c], s, "|")
      a = time[name, s[1]]; b = time[name, s[2]]; d = time[name, s[3]]
      if (a > 0 && b > 0 && d > 0) {
        printf "%-44s n^%.2f, then n^%.2f\n", name, log(b / a) / log(2), log(d / b) / log(2)
        break
      }
    }
  }' "$folder/table" | sort
