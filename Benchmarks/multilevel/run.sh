#!/bin/sh
# Times mixed models beside their peers on the same made-up pupils and prints one table:
#   run.sh [quick|full]
# `quick` (the default) takes 300,000 pupils; `full` takes 3 million and 600,000, where lme4 needs minutes and
# 3 GB. Peers that are not installed are skipped, and the table says so.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
size=${1:-quick}
# Without this a build that is reused does not see source files that were added to the package above.
touch "$here/../Package.swift"
swift build -c release --package-path "$here/.." --product MultilevelBenchmark
bin=$(swift build -c release --package-path "$here/.." --show-bin-path)/MultilevelBenchmark
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

ours() { "$bin" "$@" >> "$folder/table"; }
peer() {
  if command -v Rscript > /dev/null; then Rscript "$here/peer.R" "$@" >> "$folder/table"
  else printf '%s\tlme4\t-\t-\t-\tskipped: R is not installed here\n' "$1" >> "$folder/table"
  fi
}

nested=300000
crossed=100000
if [ "$size" = full ]; then nested=3000000; crossed=600000; fi
ours nested "$nested"
"$bin" write "$nested" "$folder/nested.csv"
peer nested "$folder/nested.csv"
ours logit 300000
"$bin" write 300000 "$folder/logit.csv"
# glmer needs minutes for these; glmmTMB is not timed where it is not installed.
if [ "$size" = full ]; then peer logit "$folder/logit.csv"; fi
ours factorisation
ours crossed "$crossed"
"$bin" write "$crossed" "$folder/crossed.csv"
peer crossed "$folder/crossed.csv"
ours kenward-roger 300000
ours kenward-roger-nested "$nested"
ours cr2 "$nested"
# pbkrtest forms matrices of rows x rows: 20,000 pupils are what a laptop holds.
"$bin" write 20000 "$folder/small.csv"
peer kenward-roger "$folder/small.csv"
ours growth

# lme4 would refit each replicate to the rows: a thousand times the time of the first line.
ours bootstrap "$nested"

# The command from file to report, with the rows in memory and streamed.
if [ -n "${COUNTERPART:-}" ]; then
  # Small real data, from cold start to the printed report.
  for data in "Hsb82 mAch cses+sector school" "Exam normexam standLRT+sex school"; do
    set -- $data
    mkdir -p "$folder/$1"
    cp "$here/../../Tests/Fixtures/multilevel/$1.csv" "$folder/$1/pupils.csv"
    cat > "$folder/$1/study.yaml" <<STUDY
counterpart: 1
title: Small real data
seed: 1
data:
  pupils: {file: pupils.csv, columns: {$4: category}}
steps:
  model:
    multilevel:
      data: pupils
      formula: $2 ~ $(echo "$3" | sed 's/+/ + /') + (1 | $4)
STUDY
    # Once before, so that the program and its libraries are in the page cache.
    for turn in cold warm; do
      rm -rf "$folder/$1/results"
      /usr/bin/time -f "command, $1, $turn	counterpart	$(($(wc -l < "$folder/$1/pupils.csv") - 1))	%e	%U	peak %M kB" \
        -a -o "$folder/table" "$COUNTERPART" run "$folder/$1/study.yaml" --output "$folder/$1/results" > /dev/null
    done
  done
  for stream in false true; do
    cat > "$folder/study.yaml" <<STUDY
counterpart: 1
title: The national cohort
seed: 1
data:
  pupils: {file: nested.csv, columns: {school: category, authority: category}, stream: $stream}
steps:
  model:
    multilevel:
      data: pupils
      formula: attainment ~ prior + prior2 + poverty + female + language + intake + type + (1 + prior | school) + (1 | authority)
STUDY
    /usr/bin/time -f "command, stream: $stream	counterpart	$nested	%e	%U	peak %M kB" -a -o "$folder/table" \
      "$COUNTERPART" run "$folder/study.yaml" --output "$folder/results-$stream" > /dev/null
  done
else
  printf 'command\tcounterpart\t-\t-\t-\tskipped: set COUNTERPART to the command built with -c release\n' \
    >> "$folder/table"
fi
printf 'task\ttool\trows\telapsed s\tprocessor s\tnote\n' | cat - "$folder/table" | column -t -s '	'
