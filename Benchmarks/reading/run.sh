#!/bin/sh
# Times reading 1.5 million rows of 12 columns, and fread on one thread beside it where R has data.table.
#   Benchmarks/reading/run.sh [TURNS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
times=${1:-5}
folder=${TMPDIR:-/tmp}/counterpart-reading
file=$folder/pupils.csv
mkdir -p "$folder"
if [ ! -f "$file" ]; then
  awk -v rows=1500000 -f "$here/generate.awk" > "$file.part"
  mv "$file.part" "$file"
fi
echo "file: $(wc -c < "$file") bytes, $(($(wc -l < "$file") - 1)) rows"
# Without this a build that is reused does not see source files that were added to the package above.
touch "$here/../Package.swift"
swift build -c release --package-path "$here/.." --product ReadingBenchmark
program=$(swift build -c release --package-path "$here/.." --show-bin-path)/ReadingBenchmark
peer=no
if command -v Rscript > /dev/null && Rscript -e 'quit(status = !requireNamespace("data.table"))' \
  > /dev/null 2>&1
then peer=yes; else echo "fread: skipped, R with data.table is not installed here"; fi

# In turns, so that both meet the same load of the machine.
turn=0
while [ "$turn" -lt "$times" ]; do
  "$program" "$file" 2
  if [ $peer = yes ]; then Rscript "$here/peer.R" "$file" 2; fi
  turn=$((turn + 1))
done | awk '
  !($1 in used) || $2 < used[$1] { used[$1] = $2 }
  !($1 in taken) || $3 < taken[$1] { taken[$1] = $3 }
  { rows[$1] = $4; columns[$1] = $5 }
  END {
    for (who in used)
      printf "%-12s %.3f s of processor, %.3f s of clock (least of all), %d x %d\n", who, \
        used[who], taken[who], rows[who], columns[who]
    if ("fread" in used) printf "ratio        %.2f of processor\n", used["counterpart"] / used["fread"]
  }'
