#!/bin/sh
# Times the matching methods, each problem in a process of its own, and peers beside them where R has them; prints
# one table and how time grows when a problem is doubled twice.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# Without this a build that is reused does not see source files that were added to the package above.
touch "$here/../Package.swift"
swift build -c release --package-path "$here/.." --product MatchingBenchmark
bin="$(swift build -c release --package-path "$here/.." --show-bin-path)/MatchingBenchmark"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

for size in "500 5000" "1250 12500" "2000 20000" "2500 25000" "5000 50000"; do
  for method in nearest optimal full; do
    for dimensions in 8 1; do "$bin" "$method" $size "$dimensions" >> "$folder/table"; done
  done
done
"$bin" optimal 5000 6000 8 >> "$folder/table"
"$bin" full 5000 6000 8 >> "$folder/table"
"$bin" "optimal 1:2" 2000 20000 8 >> "$folder/table"
"$bin" "nearest, near-exact" 5000 50000 8 >> "$folder/table"
for size in "500 5000" "1250 12500" "2000 20000"; do
  "$bin" "full, at most 20" $size 8 >> "$folder/table"
done
"$bin" "full, near-exact" 2000 20000 8 >> "$folder/table"
"$bin" two-level >> "$folder/table"
if command -v Rscript > /dev/null; then Rscript "$here/peer.R" >> "$folder/table"
else printf 'all\tR\t-\t-\t-\t-\tskipped: R is not installed here\n' >> "$folder/table"
fi
printf 'task\ttool\tsize\telapsed s\tprocessor s\tpeak\tnote\n' | cat - "$folder/table" | column -t -s '	'
echo
echo 'Growth: the exponent of processor time from 1,250 x 12,500 to 5,000 x 50,000 (pairs possible: times 16)'
awk -F'\t' '$2 == "counterpart" && $3 == "1250 x 12500" { small[$1] = $5 }
  $2 == "counterpart" && $3 == "5000 x 50000" && small[$1] > 0 {
    printf "%-40s n^%.2f\n", $1, log($5 / small[$1]) / log(4) }' "$folder/table"
