#!/usr/bin/env bash
# What the loader is asked to find before main: never a part of CUDA, so that a binary built with CUDA starts on a
# machine that has none. Usage: elf_test.sh READELF FILE...
set -euo pipefail
readelf=$1
shift
[ $# -gt 0 ] || { echo "no files given"; exit 1; }
status=0
for file in "$@"; do
  needed=$("$readelf" -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
  if ! grep -q '^libstdc++' <<<"$needed"; then
    echo "${file##*/}: its dependencies were not read"
    status=1
  fi
  if grep -E '^lib(cuda|nvidia|cublas|cudart|cusolver|nccl|nvrtc|nvJitLink)' <<<"$needed"; then
    echo "${file##*/} needs these to start, but they are to be opened on first use."
    status=1
  fi
done
exit $status
