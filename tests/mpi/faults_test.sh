#!/usr/bin/env bash
# Ranks that die, hang or disagree: all end within seconds with a sentence that names the rank, and a fit that is taken up
# has the bytes of one that nobody ended. Usage: faults_test.sh LAUNCH LAUNCHER PROGRAM FOLDER MOMENTS [SEED]
set -euo pipefail
launch=$1 launcher=$2 linden=$3 folder=$4 moments=$5
RANDOM=${6:-7}
[ -x "$launcher" ] || { echo "skipped: there is no mpirun ($launcher)"; exit 77; }
"$launcher" --version 2>&1 | grep -qE "Open MPI|OpenRTE|open-mpi" || { echo "skipped: no Open MPI, whose mpirun names a rank that was killed"; exit 77; }
rm -rf "$folder" && mkdir -p "$folder" && cd "$folder"
say() { echo "$1" >&2; exit 1; }
ranks=4
most=10  # seconds until all have ended

awk 'BEGIN { srand(5); print "a,b,c,y"; for (i = 0; i < 2000; ++i) {
  a = rand(); b = rand(); c = int(6 * rand()); printf "%.6f,%.6f,c%d,%.6f\n", a, b, c, a * b + (c == 2) + rand() / 9 } }' > rows.csv
settings=(--data rows.csv --label y --max-leaves 15 --row-fraction 0.7 --categories.encoding partition --threads 1)
rounds=500
"$linden" train "${settings[@]}" --rounds $rounds --out whole.json > whole.txt
settings+=(--checkpoint fit.checkpoint --checkpoint-every 3)

# Starts the fit on all ranks; $run is the launcher, and pids_of_ranks finds them by the variable that it gives each.
begin() {
  "$launch" "$launcher" $ranks "$linden" train "${settings[@]}" --rounds $rounds "$@" --out ranks.json > ranks.txt 2> ranks.err &
  run=$!
}
pid_of_rank() {
  local pid
  for pid in $(pgrep -f "^$linden train" || true); do
    if tr '\0' '\n' < "/proc/$pid/environ" 2> /dev/null | grep -qx "OMPI_COMM_WORLD_RANK=$1" &&
       [ "$(readlink "/proc/$pid/cwd")" = "$PWD" ]; then echo "$pid"; return; fi
  done
}
# Waits until all have ended, and no longer; `ended` is how the launcher has.
end_soon() {
  local since=$SECONDS
  while kill -0 "$run" 2> /dev/null; do
    [ $((SECONDS - since)) -le $most ] || { kill "$run"; say "after $most s some rank has not ended"; }
    sleep 0.1
  done
  ended=0; wait "$run" || ended=$?
}

# What a fit takes from its first moment to its last.
begin --ranks-timeout 0; wait "$run" || say "the ranks have failed: $(cat ranks.err)"
cmp whole.json ranks.json
rm -f fit.checkpoint ranks.json
start=$(date +%s%N)
begin; wait "$run" || say "the ranks have failed: $(cat ranks.err)"
took=$(( ($(date +%s%N) - start) / 1000000 ))
cmp whole.json ranks.json

# Killed at a moment of the fit's time, any rank of the four; then taken up.
killed=0 resumed=0 early=0
for ((moment = 0; moment < moments; ++moment)); do
  rm -f fit.checkpoint ranks.json
  rank=$((RANDOM % ranks)) after=$((RANDOM * took / 32768))
  begin
  sleep "$((after / 1000)).$(printf %03d $((after % 1000)))"
  pid=$(pid_of_rank $rank)
  if [ -n "$pid" ] && kill -9 "$pid" 2> /dev/null; then
    end_soon
    if [ "$ended" != 0 ]; then
      killed=$((killed + 1))
      grep -qE "rank $rank |task $rank" ranks.err || say "no sentence names rank $rank: $(cat ranks.err)"
    fi
  else  # it was there sooner than the first time
    wait "$run" || true
    took=$((took * 9 / 10 + 1))
    [ $((++early)) -gt 40 ] || moment=$((moment - 1))
    continue
  fi
  [ ! -s fit.checkpoint ] || resumed=$((resumed + 1))
  begin --resume
  wait "$run" || say "moment $moment: what was left is not taken up: $(cat ranks.err)"
  cmp whole.json ranks.json
done
echo "$moments moments in $took ms: $killed killed a rank, $resumed left a checkpoint"
[ "$killed" -gt 0 ] || say "no moment killed a rank"
[ "$resumed" -gt 0 ] || say "no moment left a checkpoint"

# Another number of ranks, and none, take up what four have left.
ranks=4 && rm -f fit.checkpoint && begin && sleep "$((took / 2000)).$(printf %03d $((took / 2 % 1000)))"
pid=$(pid_of_rank 0) && [ -n "$pid" ] && kill -9 "$pid" && { wait "$run" || true; }
cp fit.checkpoint left.checkpoint 2> /dev/null || true
ranks=2 && begin --resume && wait "$run" && cmp whole.json ranks.json
cp left.checkpoint fit.checkpoint 2> /dev/null || true
"$linden" train "${settings[@]}" --rounds $rounds --resume --out alone.json > alone.txt && cmp whole.json alone.json

rounds=100000
# One that hangs: the others give up, and say which it is. Rank 0 is told of by another.
ranks=4
hang() {
  begin --ranks-timeout 4
  for ((tries = 0; tries < 100; ++tries)); do
    pid=$(pid_of_rank "$1")
    [ -z "$pid" ] || break
    sleep 0.05
  done
  sleep 1.5
  kill -STOP "$pid"
  end_soon
  [ "$ended" != 0 ] || say "a rank that hangs was not missed"
}
for rank in 2 0; do
  hang $rank
  for ((again = 0; again < 3; ++again)); do  # where the machine is so busy that another is late
    if grep -q "^linden: rank .* came after the others" ranks.err; then hang $rank; fi
  done
  grep -q "^linden: rank $rank has not come for [0-9]* s: it hangs, or is gone. Hint: " ranks.err ||
    say "no sentence says that rank $rank hangs: $(cat ranks.err)"
  [ "$(grep -c '^linden: ' ranks.err)" = 1 ] || say "not one sentence: $(cat ranks.err)"
done

# Ranks that were started as two different programs.
if timeout 60 "$launch" "$launcher" 1 "$linden" train "${settings[@]}" --rounds 8 --out ranks.json : -n 1 "$linden" train \
   "${settings[@]}" --rounds 9 --out ranks.json > ranks.txt 2> ranks.err; then say "other arguments were not refused"; fi
grep -q '^linden: rank 1 was started with other arguments than rank 0. Hint: one command for all ranks.$' ranks.err ||
  say "another sentence: $(cat ranks.err)"
