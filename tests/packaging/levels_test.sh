#!/usr/bin/env bash
# Kernels are compiled once per instruction level. A weak or global symbol that two levels share would make the linker
# keep one copy for both, and an older machine could run instructions that it does not have. So every such symbol
# must carry the namespace of its level (Eigen's, renamed, is one). Usage: levels_test.sh NM (LEVEL OBJECT...)...
set -euo pipefail
nm=$1
shift
status=0
level=
for argument in "$@"; do
  if [[ $argument =~ ^v[0-9]$ ]]; then
    level=$argument
    continue
  fi
  # DW.ref.* are pointers for unwinding: data, the same in every object file.
  shared=$("$nm" -C --defined-only --extern-only "$argument" |
    awk -v own="linden::$level::" -v eigen="Eigen_$level::" 'NF > 2 && index($0, own) == 0 && index($0, eigen) == 0 && $3 !~ /^DW\.ref\./')
  if [ -n "$shared" ]; then
    printf '%s (%s) shares these symbols with other files:\n%s\n' "${argument##*/}" "$level" "$shared"
    status=1
  fi
done
if [ -z "$level" ]; then
  echo "no object files given"
  status=1
fi
exit $status
