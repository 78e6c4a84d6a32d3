#!/usr/bin/env bash
# The program on ranks: one large file in parts, and several files, give the model of one process; rank 0 alone is heard;
# a refusal is one sentence, and all ranks end. Usage: program_test.sh LAUNCH LAUNCHER PROGRAM DATA FOLDER
set -euo pipefail
launch=$1 launcher=$2 linden=$3 data=$4 folder=$5
[ -x "$launcher" ] || { echo "skipped: there is no mpirun ($launcher)"; exit 77; }
rm -rf "$folder" && mkdir -p "$folder" && cd "$folder"
run() { timeout 120 "$launch" "$launcher" 3 "$linden" "$@" --threads 1; }
say() { echo "$1" >&2; exit 1; }

# A column that is numbers in the first rows alone, quoted line feeds, a class that one part lacks.
{
  echo 'a,b,c,kind'
  awk 'BEGIN { srand(3); for (i = 0; i < 300; ++i) {
    x = rand(); t = (i < 120) ? "7" : (i % 3 ? "red" : "\"dark\nblue\"");
    printf "%.6f,%s,%d,%s\n", x, t, int(5 * rand()), (x > 0.6 ? "yes" : (i > 200 && x > 0.5 ? "maybe" : "no")) } }'
} > all.csv
settings=(--label kind --rounds 4 --max-leaves 6 --min-rows-in-leaf 3 --categories.encoding partition)
"$linden" train --data all.csv "${settings[@]}" --threads 1 --out one.json > one.txt
run train --data all.csv "${settings[@]}" --out ranks.json > ranks.txt 2> ranks.err
cmp one.json ranks.json
[ "$(grep -c '^model ' ranks.txt)" = 1 ] || say "not one rank alone was heard: $(cat ranks.txt)"

# Several files, some for each rank.
split_at() { { head -1 "$data"; tail -n +2 "$data" | sed -n "$1"; } > "$2"; }
split_at 1,100p part-1.csv; split_at 101,110p part-2.csv; split_at 111,300p part-3.csv; split_at '301,$p' part-4.csv
settings=(--label diagnosis --rounds 4 --max-leaves 6 --min-rows-in-leaf 5 --valid "$data" --patience 2)
"$linden" train --data "$data" "${settings[@]}" --threads 1 --out one.json > one.txt
run train --data 'part-*.csv' "${settings[@]}" --out ranks.json > ranks.txt 2> ranks.err
cmp one.json ranks.json
[ "$(grep held one.txt)" = "$(grep held ranks.txt)" ] || say "other metrics: $(cat ranks.txt)"
"$linden" train --data 'part-*.csv' "${settings[@]}" --threads 1 --out pattern.json > /dev/null
cmp one.json pattern.json

# libsvm, whose columns the parts have not all.
awk 'BEGIN { srand(4); for (i = 0; i < 200; ++i) {
  x = rand(); printf "%d 1:%.5f", (x > 0.5), x; if (i > 150) printf " 40:%d", i % 2; print "" } }' > rows.svm
settings=(--rounds 3 --max-leaves 4 --min-rows-in-leaf 3)
"$linden" train --data rows.svm "${settings[@]}" --threads 1 --out one.json > /dev/null
run train --data rows.svm "${settings[@]}" --out ranks.json > /dev/null 2>&1
cmp one.json ranks.json

# A linear fit, and a refusal.
run train --model linear --data "$data" --label diagnosis --l2 0.01 --out linear.json > linear.txt 2> linear.err
grep -q '^model ' linear.txt || say "no linear model: $(cat linear.txt linear.err)"
if run train --data "$data" --label nothing --rounds 3 --out no.json > no.txt 2> no.err; then say "nothing was refused"; fi
[ "$(grep -c '^linden: ' no.err)" = 1 ] || say "not one sentence: $(cat no.err)"
grep -q 'no column "nothing"' no.err || say "another sentence: $(cat no.err)"
[ ! -e no.json ] || say "a refused run left a file"
if run train --data "$data" --label y --model linear --loss poisson --exposure x0 --out no.json > no.txt 2> no.err; then say "an exposure was taken"; fi
grep -q -- '--exposure x0: several processes take columns as they are, not logarithms of them. Hint: --offset takes' no.err ||
  say "another sentence: $(cat no.err)"
